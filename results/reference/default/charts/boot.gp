# boot.gp - a chart of tare. Run it in this folder: gnuplot boot.gp
# It reads boot.dat and writes boot.svg, then boot.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,720 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_boot'
if (pass == 1) set output 'boot.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,720 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'boot.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'container answers its first request after 4.59 ms, vm after 2.37 s: 516× (emulated CPU)' at screen 0.01667,0.96389 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'Boot timeline from the start request, stacked by phase (differences of medians). The number is the first response.' at screen 0.01667,0.92500 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload http, 1 instance. Preparing is outside the clock.' at screen 0.01667,0.04722 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:54:19Z · run cf81696b0111085a' at screen 0.01667,0.02222 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'spawn: until its root process runs' at screen 0.04417,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.87500 to screen 0.03833,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'kernel: firmware, until the guest kernel speaks' at screen 0.29061,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.26311,0.87500 to screen 0.28478,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'init: until PID 1 speaks' at screen 0.61917,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.59167,0.87500 to screen 0.61333,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'ready: until it accepts work' at screen 0.79983,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.77233,0.87500 to screen 0.79400,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'first response over the network' at screen 0.04417,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.01667,0.84444 to screen 0.03833,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#CC79A7'
set label 10 'hatched: emulated (TCG)' at screen 0.27994,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.25244,0.84444 to screen 0.27411,0.86111 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'

# panel: time since the start request (s)
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:2.736441418] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'time since the start request (s)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 11 'All arms on one scale' at screen 0.15833,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 12 '2.66 ms' at first 0.002916415,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 13 '4.10 ms' at first 0.004230682,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 '4.59 ms' at first 0.005107704,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 '2.37 s' at first 2.411953166,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'boot.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'boot.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'boot.dat' index 3 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'boot.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 2 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot.dat' index 4 using (inside($3)):(-$1 + 0.09):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: time since the start request (ms)
set lmargin at screen 0.58750
set rmargin at screen 0.98667
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:6.059754377] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'time since the start request (ms)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set object 1 polygon from 4.861888108,-3.16 to 4.904306389,-3.16 to 4.98914295,-2.66 to 4.946724669,-2.66 to 4.861888108,-3.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 2 '2.66 ms' at first 2.916415,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '4.10 ms' at first 4.230682,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '4.59 ms' at first 5.107704,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 '→ 2.37 s' at first 5.13539936,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 'host' at screen 0.15000,0.70347 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 7 'spawn 363 µs · init 801 µs · ready 1.08 ms · response 421 µs' at screen 0.16083,0.66681 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 8 'before the clock: prepare 14.5 ms' at screen 0.16083,0.64736 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 9 'netns' at screen 0.15000,0.55486 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 10 'host' at screen 0.15000,0.53264 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 11 'spawn 1.72 ms · init 744 µs · ready 1.18 ms · response 452 µs' at screen 0.16083,0.50708 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 12 'before the clock: prepare 15.0 ms' at screen 0.16083,0.48764 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 13 'container' at screen 0.15000,0.38403 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 14 'spawn 2.30 ms · init 582 µs · ready 1.22 ms · response 485 µs' at screen 0.16083,0.34736 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 15 'before the clock: prepare 15.6 ms' at screen 0.16083,0.32792 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 16 'vm' at screen 0.15000,0.23542 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 17 'emulated (TCG)' at screen 0.15000,0.21319 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 18 'spawn 30.9 ms · kernel 281 ms · init 1.85 s · ready 179 ms' at screen 0.16083,0.18764 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 19 'response 25.1 ms · before the clock: prepare 1.03 ms' at screen 0.16083,0.16819 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
S = 0.001; cut = 5.13539936; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'boot.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'boot.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'boot.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'boot.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'boot.dat' index 3 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'boot.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 2 border lc rgb '#333333' fc rgb '#CC79A7', \
     'boot.dat' index 4 using (inside($3)):(-$1 + 0.09):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
