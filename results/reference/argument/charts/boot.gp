# boot.gp - a chart of tare. Run it in this folder: gnuplot boot.gp
# It reads boot.dat and writes boot.svg, then boot.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,939 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_boot'
if (pass == 1) set output 'boot.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,939 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'boot.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'container is ready for work after 4.09 ms, vm after 1.95 s: 476× (emulated CPU)' at screen 0.01667,0.97232 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'Boot timeline from the start request, stacked by phase (differences of medians). The number is when it is ready: this workload has no port to ask.' at screen 0.01667,0.94252 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 2 to 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload idle, 1 instance. Preparing is outside the clock.' at screen 0.01667,0.03619 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.01703 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'spawn: until its root process runs' at screen 0.04417,0.91058 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.90420 to screen 0.03833,0.91697 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'kernel: firmware, until the guest kernel speaks' at screen 0.29061,0.91058 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.26311,0.90420 to screen 0.28478,0.91697 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'init: until PID 1 speaks' at screen 0.61917,0.91058 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.59167,0.90420 to screen 0.61333,0.91697 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'ready: until it accepts work' at screen 0.79983,0.91058 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.77233,0.90420 to screen 0.79400,0.91697 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'hatched: emulated (TCG)' at screen 0.04417,0.88716 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.01667,0.88078 to screen 0.03833,0.89355 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'
set label 10 '• one value each (n < 6)' at screen 0.23594,0.88716 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set label 11 'not measured here: container-debian, docker-debian, vm-debian, vm-swap' at screen 0.42817,0.88716 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front

# panel: time since the start request (s)
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.11071
set tmargin at screen 0.83394
set xrange [0:5.097490309] noextend
set yrange [-6.5:0.5] noextend
set xlabel 'time since the start request (s)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 12 'All arms on one scale' at screen 0.15833,0.84778 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set label 13 '2.07 ms' at first 0.002312398,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 '3.68 ms' at first 0.003953553,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 '4.09 ms' at first 0.004949743,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 16 '258 ms' at first 0.279870358,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 17 '1.95 s' at first 2.043941144,-3.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 18 '4.46 s' at first 4.493027993,-4.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 19 '4.29 s' at first 4.366760658,-5.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
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
     'boot.dat' index 3 using (inside($3)):(-$1 + 0.09):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'boot.dat' index 4 using (inside($2)):(-$1 + 0.09) with points pt 7 ps 0.55 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: time since the start request (ms)
set lmargin at screen 0.58750
set rmargin at screen 0.98667
set bmargin at screen 0.11071
set tmargin at screen 0.83394
set xrange [0:5.517995768] noextend
set yrange [-6.5:0.5] noextend
set xlabel 'time since the start request (ms)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.84778 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set object 1 polygon from 4.34067742,-3.16 to 4.37930339,-3.16 to 4.456555331,-2.66 to 4.41792936,-2.66 to 4.34067742,-3.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 2 polygon from 4.34067742,-4.16 to 4.37930339,-4.16 to 4.456555331,-3.66 to 4.41792936,-3.66 to 4.34067742,-4.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 3 polygon from 4.34067742,-5.16 to 4.37930339,-5.16 to 4.456555331,-4.66 to 4.41792936,-4.66 to 4.34067742,-5.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 4 polygon from 4.34067742,-6.16 to 4.37930339,-6.16 to 4.456555331,-5.66 to 4.41792936,-5.66 to 4.34067742,-6.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 2 '2.07 ms' at first 2.312398,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '3.68 ms' at first 3.953553,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '4.09 ms' at first 4.585658,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 '→ 258 ms' at first 4.585658,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 '→ 1.95 s' at first 4.585658,-3.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 7 '→ 4.46 s' at first 4.585658,-4.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 8 '→ 4.29 s' at first 4.585658,-5.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 9 'host' at screen 0.15000,0.78228 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 10 'spawn 373 µs · init 756 µs · ready 937 µs' at screen 0.16083,0.75723 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 11 'before the clock: prepare 11.8 ms' at screen 0.16083,0.74233 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 12 'netns' at screen 0.15000,0.68748 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 13 'host' at screen 0.15000,0.67044 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 14 'spawn 1.72 ms · init 817 µs · ready 1.14 ms' at screen 0.16083,0.65391 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 15 'before the clock: prepare 10.8 ms' at screen 0.16083,0.63901 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 16 'container' at screen 0.15000,0.57564 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 17 'spawn 2.16 ms · init 837 µs · ready 1.10 ms' at screen 0.16083,0.55059 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 18 'before the clock: prepare 11.9 ms' at screen 0.16083,0.53569 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 19 'docker' at screen 0.15000,0.47232 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 20 'spawn 233 ms · init 85.2 µs · ready 25.0 ms' at screen 0.16083,0.44728 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 21 'before the clock: prepare 4.48 ms' at screen 0.16083,0.43237 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 22 'vm' at screen 0.15000,0.37752 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 23 'emulated (TCG)' at screen 0.15000,0.36049 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 24 'spawn 26.8 ms · kernel 208 ms · init 1.54 s · ready 176 ms' at screen 0.16083,0.34396 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 25 'before the clock: prepare 1.11 ms' at screen 0.16083,0.32905 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 26 'vm-pair' at screen 0.15000,0.27420 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 27 'vm, emulated (TCG)' at screen 0.15000,0.25717 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 28 'spawn 25.6 ms · kernel 208 ms · init 4.08 s · ready 139 ms' at screen 0.16083,0.24064 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 29 'before the clock: prepare 998 µs' at screen 0.16083,0.22574 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 30 'vm-nat' at screen 0.15000,0.17088 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 31 'vm, emulated (TCG)' at screen 0.15000,0.15385 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 32 'spawn 30.0 ms · kernel 221 ms · init 3.91 s · ready 130 ms' at screen 0.16083,0.13732 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 33 'before the clock: prepare 960 µs' at screen 0.16083,0.12242 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
S = 0.001; cut = 4.585658; low = 0 # one axis unit in base units; where bars are cut
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
     'boot.dat' index 3 using (inside($3)):(-$1 + 0.09):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'boot.dat' index 4 using (inside($2)):(-$1 + 0.09) with points pt 7 ps 0.55 lc rgb '#000000'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
