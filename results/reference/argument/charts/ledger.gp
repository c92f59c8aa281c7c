# ledger.gp - a chart of tare. Run it in this folder: gnuplot ledger.gp
# It reads ledger.dat and writes ledger.svg, then ledger.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,1058 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_ledger'
if (pass == 1) set output 'ledger.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,1058 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'ledger.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'vm takes 177 MiB from the host; 59.6 MiB of it are the guest''s kernel' at screen 0.01667,0.97544 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'What MemAvailable charges, part by part. The hollow bar formed no part: the gap to it is what the ledger does not explain.' at screen 0.01667,0.94898 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 2 to 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload idle, 1 instance. Parts are medians.' at screen 0.01667,0.03212 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.01512 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'workload' at screen 0.04417,0.92064 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.91497 to screen 0.03833,0.92631 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'guest kernel' at screen 0.14461,0.92064 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.11711,0.91497 to screen 0.13878,0.92631 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'guest userland' at screen 0.26294,0.92064 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.23544,0.91497 to screen 0.25711,0.92631 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'guest page cache' at screen 0.39528,0.92064 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.36778,0.91497 to screen 0.38944,0.92631 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'freed in the guest, still resident' at screen 0.54161,0.92064 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.51411,0.91497 to screen 0.53578,0.92631 front fs pattern 3 border lc rgb '#333333' fc rgb '#CC79A7'
set label 10 'VMM' at screen 0.77828,0.92064 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.75078,0.91497 to screen 0.77244,0.92631 front fs pattern 3 border lc rgb '#333333' fc rgb '#F0E442'
set label 11 'translation buffer (TCG)' at screen 0.04417,0.89986 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 7 rectangle from screen 0.01667,0.89419 to screen 0.03833,0.90552 front fs pattern 3 border lc rgb '#333333' fc rgb '#882255'
set label 12 'host kernel' at screen 0.23606,0.89986 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 8 rectangle from screen 0.20856,0.89419 to screen 0.23022,0.90552 front fs pattern 3 border lc rgb '#333333' fc rgb '#999933'
set label 13 'host kernel, in no cgroup' at screen 0.34739,0.89986 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 9 rectangle from screen 0.31989,0.89419 to screen 0.34156,0.90552 front fs pattern 3 border lc rgb '#333333' fc rgb '#666666'
set label 14 'agent and helpers' at screen 0.54128,0.89986 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 10 rectangle from screen 0.51378,0.89419 to screen 0.53544,0.90552 front fs pattern 3 border lc rgb '#333333' fc rgb '#D55E00'
set label 15 'what the machine has less (memory.host_delta)' at screen 0.04417,0.87907 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 11 rectangle from screen 0.01667,0.87340 to screen 0.03833,0.88474 front fs pattern 0 border lc rgb '#333333' fc rgb '#ffffff'
set label 16 'hatched: emulated (TCG)' at screen 0.37217,0.87907 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 12 rectangle from screen 0.34467,0.87340 to screen 0.36633,0.88474 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'
set label 17 'not measured here: vm-swap, vm-pair, vm-nat' at screen 0.56394,0.87907 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front

# panel: memory of one instance (MiB)
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.09825
set tmargin at screen 0.83183
set xrange [-1.349414062:240.0007277] noextend
set yrange [-7.5:0.5] noextend
set xlabel 'memory of one instance (MiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 18 'All arms on one scale' at screen 0.15833,0.84411 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1000 from first 0,graph 0 to first 0,graph 1 nohead lt 1 lc rgb '#888888' back
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 7 from graph 0,first -6.5 to graph 1,first -6.5 nohead lt 1 lc rgb '#dddddd' back
set label 19 '6 KiB' at first 0.36328125,-0.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 20 '58 KiB' at first 0.21484375,-1.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 21 '260 KiB' at first 0.35546875,-2.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 22 '3.06 MiB' at first 3.41015625,-3.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 23 '177 MiB' at first 179.4023438,-4.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 24 '32.2 MiB' at first 32.16601562,-5.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 25 '35.2 MiB' at first 35.22460938,-6.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 26 '203 MiB' at first 203.3867188,-7.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1048576; cut = 1e+300; low = -1.349414062 # one axis unit in base units; where bars are cut
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
set bmargin at screen 0.09825
set tmargin at screen 0.83183
set xrange [-408.8:608.4218182] noextend
set yrange [-7.5:0.5] noextend
set xlabel 'memory of one instance (KiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.84411 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1000 from first 0,graph 0 to first 0,graph 1 nohead lt 1 lc rgb '#888888' back
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 7 from graph 0,first -6.5 to graph 1,first -6.5 nohead lt 1 lc rgb '#dddddd' back
set object 1 polygon from 386.1450473,-3.92 to 390.404,-3.92 to 398.9219055,-3.58 to 394.6629527,-3.58 to 386.1450473,-3.92 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 2 polygon from 386.1450473,-6.92 to 390.404,-6.92 to 398.9219055,-6.58 to 394.6629527,-6.58 to 386.1450473,-6.92 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 3 polygon from 386.1450473,-2.92 to 390.404,-2.92 to 398.9219055,-2.58 to 394.6629527,-2.58 to 386.1450473,-2.92 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 4 polygon from 386.1450473,-5.92 to 390.404,-5.92 to 398.9219055,-5.58 to 394.6629527,-5.58 to 386.1450473,-5.92 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 2 '6 KiB' at first 372,-0.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '58 KiB' at first 220,-1.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '260 KiB' at first 364,-2.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 5 polygon from 386.1450473,-3.18 to 390.404,-3.18 to 398.9219055,-2.92 to 394.6629527,-2.92 to 386.1450473,-3.18 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 5 '→ 3.06 MiB' at first 408.8,-3.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 6 polygon from 386.1450473,-4.18 to 390.404,-4.18 to 398.9219055,-3.92 to 394.6629527,-3.92 to 386.1450473,-4.18 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 6 '→ 177 MiB' at first 408.8,-4.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 7 polygon from 386.1450473,-5.18 to 390.404,-5.18 to 398.9219055,-4.92 to 394.6629527,-4.92 to 386.1450473,-5.18 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 7 '→ 32.2 MiB' at first 408.8,-5.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 8 polygon from 386.1450473,-6.18 to 390.404,-6.18 to 398.9219055,-5.92 to 394.6629527,-5.92 to 386.1450473,-6.18 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 8 '→ 35.2 MiB' at first 408.8,-6.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 9 polygon from 386.1450473,-7.18 to 390.404,-7.18 to 398.9219055,-6.92 to 394.6629527,-6.92 to 386.1450473,-7.18 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 9 '→ 203 MiB' at first 408.8,-7.05 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 10 'host' at screen 0.15000,0.78598 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 11 'parts 38 KiB, residual 32 KiB: one such instance is below the host''s' at screen 0.16083,0.76375 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 12 'noise' at screen 0.16083,0.75053 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 13 'netns' at screen 0.15000,0.70185 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 14 'host' at screen 0.15000,0.68673 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 15 'parts -12 KiB, residual 28 KiB: one such instance is below the host''s' at screen 0.16083,0.67206 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 16 'noise' at screen 0.16083,0.65883 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 17 'container' at screen 0.15000,0.60259 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 18 'parts 155 KiB, residual 90 KiB: one such instance is below the host''s' at screen 0.16083,0.58036 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 19 'noise' at screen 0.16083,0.56713 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 20 'docker' at screen 0.15000,0.51089 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 21 'parts 3.72 MiB, residual -562 KiB: one such instance is below the host''s' at screen 0.16083,0.48866 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 22 'noise' at screen 0.16083,0.47544 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 23 'vm' at screen 0.15000,0.42675 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 24 'emulated (TCG)' at screen 0.15000,0.41164 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 25 'parts 177 MiB, residual 20 KiB (0.011 %)' at screen 0.16083,0.39697 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 26 'container-debian' at screen 0.15000,0.33506 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 27 'container' at screen 0.15000,0.31994 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 28 'parts 162 KiB, residual 32.0 MiB: one such instance is below the host''s' at screen 0.16083,0.30527 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 29 'noise' at screen 0.16083,0.29204 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 30 'docker-debian' at screen 0.15000,0.24336 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 31 'docker' at screen 0.15000,0.22824 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 32 'parts 3.72 MiB, residual 31.5 MiB: one such instance is below the host''s' at screen 0.16083,0.21357 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 33 'noise' at screen 0.16083,0.20034 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 34 'vm-debian' at screen 0.15000,0.15166 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 35 'vm, emulated (TCG)' at screen 0.15000,0.13655 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 36 'parts 203 MiB, residual -32 KiB (-0.0154 %)' at screen 0.16083,0.12187 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
S = 1024; cut = 408.8; low = -408.8 # one axis unit in base units; where bars are cut
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
