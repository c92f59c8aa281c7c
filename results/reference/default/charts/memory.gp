# memory.gp - a chart of tare. Run it in this folder: gnuplot memory.gp
# It reads memory.dat and writes memory.svg, then memory.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,720 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_memory'
if (pass == 1) set output 'memory.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,720 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'memory.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'vm holds 130× the memory of container running the same workload (PSS, without translation buffer)' at screen 0.01667,0.96389 left noenhanced font 'DejaVu Sans:Bold,14' textcolor rgb '#000000' front
set label 2 'What one instance takes from the host, seen in four ways. The tare is what it takes beyond the arm host.' at screen 0.01667,0.92500 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload http, 1 instance. PSS and USS see no kernel memory.' at screen 0.01667,0.04722 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:54:19Z · run cf81696b0111085a' at screen 0.01667,0.02222 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'PSS: its processes, shared pages divided' at screen 0.04417,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.87500 to screen 0.03833,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'USS: private pages only' at screen 0.33583,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.30833,0.87500 to screen 0.33000,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'cgroup: charged to it, kernel memory too' at screen 0.52428,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.49678,0.87500 to screen 0.51844,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'host: what the machine has less' at screen 0.04417,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.01667,0.84444 to screen 0.03833,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'of it the emulator''s translation buffer' at screen 0.27928,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.25178,0.84444 to screen 0.27344,0.86111 front fs pattern 2 border lc rgb '#333333' fc rgb '#000000'
set label 10 'hatched: emulated (TCG)' at screen 0.55317,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.52567,0.84444 to screen 0.54733,0.86111 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'

# panel: memory of one instance (MiB)
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:285.2206762] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'memory of one instance (MiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 11 'All arms on one scale' at screen 0.15833,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 12 'PSS 1.27 MiB' at first 1.2734375,0.345 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 13 'PSS 1.27 MiB' at first 1.2734375,-0.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 'PSS 1.26 MiB' at first 1.26171875,-1.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 'PSS 195 MiB' at first 197.1767578,-2.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 16 'USS 688 KiB' at first 0.671875,0.125 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 17 'USS 688 KiB' at first 0.67578125,-0.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 18 'USS 676 KiB' at first 0.6640625,-1.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 19 'USS 193 MiB' at first 194.4726562,-2.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 20 'cgroup 646 KiB' at first 0.63671875,-0.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 21 'cgroup 736 KiB' at first 0.73046875,-1.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 22 'cgroup 780 KiB' at first 0.765625,-2.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 23 'cgroup 203 MiB' at first 210.0351562,-3.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 24 'host 574 KiB' at first 0.59765625,-0.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 25 'host 338 KiB' at first 0.5546875,-1.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 26 'host 506 KiB' at first 0.609375,-2.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 27 'host 187 MiB' at first 194.078125,-3.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1048576; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'memory.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (inside($3)):(-$1 + 0.345):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 1 using (inside($3)):(-$1 + 0.125):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 2 using (inside($3)):(-$1 + -0.095):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 3 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 3 using (inside($3)):(-$1 + -0.315):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs transparent pattern 2 border lc rgb '#333333' fc rgb '#000000'
unset label
unset object
unset arrow

# panel: memory of one instance (MiB)
set lmargin at screen 0.58750
set rmargin at screen 0.98667
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:2.027320995] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'memory of one instance (MiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 'PSS 1.27 MiB' at first 1.2734375,0.345 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 'PSS 1.27 MiB' at first 1.2734375,-0.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 'PSS 1.26 MiB' at first 1.26171875,-1.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 1 polygon from 1.345788441,-2.77 to 1.359979688,-2.77 to 1.388362181,-2.54 to 1.374170934,-2.54 to 1.345788441,-2.77 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 5 '→ PSS 195 MiB' at first 1.4240625,-2.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 'USS 688 KiB' at first 0.671875,0.125 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 7 'USS 688 KiB' at first 0.67578125,-0.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 8 'USS 676 KiB' at first 0.6640625,-1.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 2 polygon from 1.345788441,-2.99 to 1.359979688,-2.99 to 1.388362181,-2.76 to 1.374170934,-2.76 to 1.345788441,-2.99 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 9 '→ USS 193 MiB' at first 1.4240625,-2.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 10 'cgroup 646 KiB' at first 0.63671875,-0.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 11 'cgroup 736 KiB' at first 0.73046875,-1.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 12 'cgroup 780 KiB' at first 0.765625,-2.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 3 polygon from 1.345788441,-3.21 to 1.359979688,-3.21 to 1.388362181,-2.98 to 1.374170934,-2.98 to 1.345788441,-3.21 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 13 '→ cgroup 203 MiB' at first 1.4240625,-3.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 'host 574 KiB' at first 0.59765625,-0.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 'host 338 KiB' at first 0.5546875,-1.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 16 'host 506 KiB' at first 0.609375,-2.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 4 polygon from 1.345788441,-3.43 to 1.359979688,-3.43 to 1.388362181,-3.2 to 1.374170934,-3.2 to 1.345788441,-3.43 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 17 '→ host 187 MiB' at first 1.4240625,-3.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 18 'host' at screen 0.15000,0.70347 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 19 'netns' at screen 0.15000,0.56597 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 20 'host' at screen 0.15000,0.54375 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 21 'tare -244 KiB' at screen 0.15000,0.52153 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 22 'container' at screen 0.15000,0.39514 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 23 'tare -76 KiB' at screen 0.15000,0.37292 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 24 'vm' at screen 0.15000,0.24653 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 25 'emulated (TCG)' at screen 0.15000,0.22431 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 26 'tare +186 MiB' at screen 0.15000,0.20208 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
S = 1048576; cut = 1.4240625; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'memory.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (inside($3)):(-$1 + 0.345):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 1 using (inside($3)):(-$1 + 0.125):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 2 using (inside($3)):(-$1 + -0.095):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 3 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 3 using (inside($3)):(-$1 + -0.315):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs transparent pattern 2 border lc rgb '#333333' fc rgb '#000000'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
