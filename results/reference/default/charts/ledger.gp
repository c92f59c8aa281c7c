# ledger.gp - a chart of tare. Run it in this folder: gnuplot ledger.gp
# It reads ledger.dat and writes ledger.svg, then ledger.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,720 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_ledger'
if (pass == 1) set output 'ledger.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,720 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'ledger.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'vm takes 187 MiB from the host; 59.7 MiB of it are the guest''s kernel' at screen 0.01667,0.96389 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'What MemAvailable charges, part by part. The hollow bar formed no part: the gap to it is what the ledger does not explain.' at screen 0.01667,0.92500 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload http, 1 instance. Parts are medians.' at screen 0.01667,0.04722 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:54:19Z · run cf81696b0111085a' at screen 0.01667,0.02222 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'workload' at screen 0.04417,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.87500 to screen 0.03833,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'guest kernel' at screen 0.14461,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.11711,0.87500 to screen 0.13878,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'guest userland' at screen 0.26294,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.23544,0.87500 to screen 0.25711,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'guest page cache' at screen 0.39528,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.36778,0.87500 to screen 0.38944,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'freed in the guest, still resident' at screen 0.54161,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.51411,0.87500 to screen 0.53578,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#CC79A7'
set label 10 'VMM' at screen 0.77828,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.75078,0.87500 to screen 0.77244,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#F0E442'
set label 11 'translation buffer (TCG)' at screen 0.04417,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 7 rectangle from screen 0.01667,0.84444 to screen 0.03833,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#882255'
set label 12 'host kernel' at screen 0.23606,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 8 rectangle from screen 0.20856,0.84444 to screen 0.23022,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#999933'
set label 13 'host kernel, in no cgroup' at screen 0.34739,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 9 rectangle from screen 0.31989,0.84444 to screen 0.34156,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#666666'
set label 14 'agent and helpers' at screen 0.54128,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 10 rectangle from screen 0.51378,0.84444 to screen 0.53544,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#D55E00'
set label 15 'what the machine has less (memory.host_delta)' at screen 0.04417,0.82222 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 11 rectangle from screen 0.01667,0.81389 to screen 0.03833,0.83056 front fs pattern 0 border lc rgb '#333333' fc rgb '#ffffff'
set label 16 'hatched: emulated (TCG)' at screen 0.37217,0.82222 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 12 rectangle from screen 0.34467,0.81389 to screen 0.36633,0.83056 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'

# panel: memory of one instance (MiB)
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.14444
set tmargin at screen 0.75278
set xrange [0:228.786108] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'memory of one instance (MiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 17 'All arms on one scale' at screen 0.15833,0.77083 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 18 '574 KiB' at first 0.59765625,-0.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 19 '338 KiB' at first 0.5546875,-1.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 20 '506 KiB' at first 0.609375,-2.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 21 '187 MiB' at first 194.078125,-3.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1048576; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'ledger.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'ledger.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'ledger.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'ledger.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'ledger.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'ledger.dat' index 5 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs pattern 1 border lc rgb '#333333' fc rgb '#F0E442', \
     'ledger.dat' index 6 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#882255', \
     'ledger.dat' index 7 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#999933', \
     'ledger.dat' index 8 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#666666', \
     'ledger.dat' index 9 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#D55E00', \
     'ledger.dat' index 10 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.16):(-$1 + 0.06) with boxxyerror fs pattern 0 border lc rgb '#333333' fc rgb '#DDCC77', \
     'ledger.dat' index 10 using (inside($3)):(-$1 + -0.05):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: memory of one instance (KiB)
set lmargin at screen 0.58750
set rmargin at screen 0.98667
set bmargin at screen 0.14444
set tmargin at screen 0.75278
set xrange [0:954.4961203] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'memory of one instance (KiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.77083 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set object 1 polygon from 735.6209272,-2.92 to 742.3024,-2.92 to 755.6653457,-2.58 to 748.9838728,-2.58 to 735.6209272,-2.92 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 2 '574 KiB' at first 612,-0.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '338 KiB' at first 568,-1.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '506 KiB' at first 624,-2.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 2 polygon from 735.6209272,-3.18 to 742.3024,-3.18 to 755.6653457,-2.92 to 748.9838728,-2.92 to 735.6209272,-3.18 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 5 '→ 187 MiB' at first 777.28,-3.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 'host' at screen 0.15000,0.67674 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 7 'parts 490 KiB, residual 92 KiB: one such instance is below the host''s' at screen 0.16083,0.64129 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 8 'noise' at screen 0.16083,0.62185 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 9 'netns' at screen 0.15000,0.53576 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 10 'host' at screen 0.15000,0.51354 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 11 'parts 369 KiB, residual -24 KiB: one such instance is below the host''s' at screen 0.16083,0.48921 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 12 'noise' at screen 0.16083,0.46976 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 13 'container' at screen 0.15000,0.37257 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 14 'parts 500 KiB, residual 10 KiB: one such instance is below the host''s' at screen 0.16083,0.33713 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 15 'noise' at screen 0.16083,0.31768 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 16 'vm' at screen 0.15000,0.23160 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 17 'emulated (TCG)' at screen 0.15000,0.20938 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 18 'parts 177 MiB, residual 8.37 MiB (4.49 %)' at screen 0.16083,0.18504 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
S = 1024; cut = 777.28; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'ledger.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'ledger.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'ledger.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'ledger.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'ledger.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'ledger.dat' index 5 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs pattern 1 border lc rgb '#333333' fc rgb '#F0E442', \
     'ledger.dat' index 6 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#882255', \
     'ledger.dat' index 7 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#999933', \
     'ledger.dat' index 8 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#666666', \
     'ledger.dat' index 9 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.1):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#D55E00', \
     'ledger.dat' index 10 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.16):(-$1 + 0.06) with boxxyerror fs pattern 0 border lc rgb '#333333' fc rgb '#DDCC77', \
     'ledger.dat' index 10 using (inside($3)):(-$1 + -0.05):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
