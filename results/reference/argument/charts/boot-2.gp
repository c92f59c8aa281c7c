# boot-2.gp - a chart of tare. Run it in this folder: gnuplot boot-2.gp
# It reads boot-2.dat and writes boot-2.svg, then boot-2.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,767 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_boot_2'
if (pass == 1) set output 'boot-2.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,767 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'boot-2.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'container answers its first request after 4.46 ms, vm after 2.33 s: 522× (emulated CPU)' at screen 0.01667,0.96611 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'Boot timeline from the start request, stacked by phase (differences of medians). The number is the first response.' at screen 0.01667,0.92962 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload http, 1 instance. Preparing is outside the clock.' at screen 0.01667,0.04431 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.02085 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'spawn: until its root process runs' at screen 0.04417,0.89052 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.88270 to screen 0.03833,0.89834 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'kernel: firmware, until the guest kernel speaks' at screen 0.29061,0.89052 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.26311,0.88270 to screen 0.28478,0.89834 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'init: until PID 1 speaks' at screen 0.61917,0.89052 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.59167,0.88270 to screen 0.61333,0.89834 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'ready: until it accepts work' at screen 0.79983,0.89052 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.77233,0.88270 to screen 0.79400,0.89834 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'first response over the network' at screen 0.04417,0.86185 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.01667,0.85403 to screen 0.03833,0.86967 front fs pattern 3 border lc rgb '#333333' fc rgb '#CC79A7'
set label 10 'hatched: emulated (TCG)' at screen 0.27994,0.86185 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.25244,0.85403 to screen 0.27411,0.86967 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'
set label 11 'not measured here: container-debian, docker-debian, vm-debian, vm-swap, vm-pair, vm-nat' at screen 0.04417,0.83318 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front

# panel: time since the start request (s)
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.13554
set tmargin at screen 0.76802
set xrange [0:2.728297037] noextend
set yrange [-4.5:0.5] noextend
set xlabel 'time since the start request (s)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 12 'All arms on one scale' at screen 0.15833,0.78496 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set label 13 '2.73 ms' at first 0.002939212,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 '4.15 ms' at first 0.004470799,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 '4.46 ms' at first 0.005186957,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 16 '270 ms' at first 0.296706545,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 17 '2.33 s' at first 2.404774549,-3.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'boot-2.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot-2.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot-2.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'boot-2.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot-2.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot-2.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'boot-2.dat' index 3 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'boot-2.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot-2.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 2 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot-2.dat' index 4 using (inside($3)):(-$1 + 0.09):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: time since the start request (ms)
set lmargin at screen 0.58750
set rmargin at screen 0.98667
set bmargin at screen 0.13554
set tmargin at screen 0.76802
set xrange [0:6.016733488] noextend
set yrange [-4.5:0.5] noextend
set xlabel 'time since the start request (ms)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.78496 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set object 1 polygon from 4.733004571,-3.16 to 4.775121705,-3.16 to 4.859355974,-2.66 to 4.81723884,-2.66 to 4.733004571,-3.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 2 polygon from 4.733004571,-4.16 to 4.775121705,-4.16 to 4.859355974,-3.66 to 4.81723884,-3.66 to 4.733004571,-4.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 2 '2.73 ms' at first 2.939212,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '4.15 ms' at first 4.470799,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '4.46 ms' at first 5.00012744,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 '→ 270 ms' at first 5.00012744,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 '→ 2.33 s' at first 5.00012744,-3.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 7 'host' at screen 0.15000,0.70477 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 8 'spawn 381 µs · init 829 µs · ready 1.15 ms · response 370 µs' at screen 0.16083,0.67410 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 9 'before the clock: prepare 9.67 ms' at screen 0.16083,0.65586 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 10 'netns' at screen 0.15000,0.58870 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 11 'host' at screen 0.15000,0.56785 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 12 'spawn 1.74 ms · init 767 µs · ready 1.20 ms · response 447 µs' at screen 0.16083,0.54761 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 13 'before the clock: prepare 11.3 ms' at screen 0.16083,0.52936 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 14 'container' at screen 0.15000,0.45178 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 15 'spawn 2.07 ms · init 802 µs · ready 1.16 ms · response 434 µs' at screen 0.16083,0.42111 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 16 'before the clock: prepare 14.1 ms' at screen 0.16083,0.40287 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 17 'docker' at screen 0.15000,0.32528 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 18 'spawn 243 ms · init 275 µs · ready 25.7 ms · response 567 µs' at screen 0.16083,0.29462 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 19 'before the clock: prepare 4.52 ms' at screen 0.16083,0.27637 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 20 'vm' at screen 0.15000,0.20921 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 21 'emulated (TCG)' at screen 0.15000,0.18836 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 22 'spawn 23.3 ms · kernel 246 ms · init 1.86 s · ready 179 ms' at screen 0.16083,0.16812 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 23 'response 24.9 ms · before the clock: prepare 1.01 ms' at screen 0.16083,0.14988 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
S = 0.001; cut = 5.00012744; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'boot-2.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot-2.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot-2.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'boot-2.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot-2.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot-2.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'boot-2.dat' index 3 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'boot-2.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot-2.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 2 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot-2.dat' index 4 using (inside($3)):(-$1 + 0.09):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
