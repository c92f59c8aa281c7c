# processes.gp - a chart of tare. Run it in this folder: gnuplot processes.gp
# It reads processes.dat and writes processes.svg, then processes.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,720 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_processes'
if (pass == 1) set output 'processes.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,720 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'processes.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'One workload in vm is 38 processes and kernel threads, in container 2' at screen 0.01667,0.96389 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'The process ledger: all that runs because of one workload, stacked by layer. The number is the total without threads.' at screen 0.01667,0.92500 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'Medians of exact counts, which need no interval and hold under emulation. Workload http, 1 instance.' at screen 0.01667,0.04722 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:54:19Z · run cf81696b0111085a' at screen 0.01667,0.02222 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'user process: the workload' at screen 0.04417,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.87500 to screen 0.03833,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'runtime: agent and helpers on the host' at screen 0.25206,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.22456,0.87500 to screen 0.24622,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'virtual hardware: the VMM' at screen 0.52761,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.50011,0.87500 to screen 0.52178,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'guest OS: its processes and kernel threads' at screen 0.04417,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.01667,0.84444 to screen 0.03833,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'threads beyond the main ones, counted apart' at screen 0.34461,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.31711,0.84444 to screen 0.33878,0.86111 front fs pattern 0 border lc rgb '#333333' fc rgb '#ffffff'

# panel: processes and kernel threads of one instance
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:57.63744864] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'processes and kernel threads of one instance' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 10 'All arms on one scale' at screen 0.15833,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 11 '2' at first 2,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 12 '2' at first 2,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 13 '2' at first 2,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 '38, and 3 threads' at first 41,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'processes.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'processes.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'processes.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'processes.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'processes.dat' index 5 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 0 border lc rgb '#333333' fc rgb '#0072B2'
unset label
unset object
unset arrow

# panel: processes and kernel threads of one instance
set lmargin at screen 0.58750
set rmargin at screen 0.98667
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:3.306841997] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'processes and kernel threads of one instance' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics 1
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 '2' at first 2,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '2' at first 2,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '2' at first 2,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 1 polygon from 2.116052106,-3.16 to 2.1392,-3.16 to 2.185495788,-2.66 to 2.162347894,-2.66 to 2.116052106,-3.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 5 '→ 38, and 3 threads' at first 2.24,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 'host' at screen 0.15000,0.70347 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 7 'workload 1 + runtime 1 · threads apart: 0' at screen 0.16083,0.66681 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 8 'netns' at screen 0.15000,0.55486 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 9 'host' at screen 0.15000,0.53264 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 10 'workload 1 + runtime 1 · threads apart: 0' at screen 0.16083,0.50708 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 11 'container' at screen 0.15000,0.38403 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 12 'workload 1 + runtime 1 · threads apart: 0' at screen 0.16083,0.34736 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 13 'vm' at screen 0.15000,0.23542 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 14 'emulated (TCG)' at screen 0.15000,0.21319 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 15 'workload 1 + virtual hardware 1 + guest OS 36 (35 kernel threads)' at screen 0.16083,0.18764 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 16 'threads apart: 3' at screen 0.16083,0.16819 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
S = 1; cut = 2.24; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'processes.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'processes.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'processes.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'processes.dat' index 3 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'processes.dat' index 5 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.14):(-$1 + 0.32) with boxxyerror fs pattern 0 border lc rgb '#333333' fc rgb '#0072B2'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
