# processes.gp - a chart of tare. Run it in this folder: gnuplot processes.gp
# It reads processes.dat and writes processes.svg, then processes.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,1036 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_processes'
if (pass == 1) set output 'processes.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,1036 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'processes.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'One workload in vm is 38 processes and kernel threads, in container 2' at screen 0.01667,0.97491 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'The process ledger: all that runs because of one workload, stacked by layer. The number is the total without threads.' at screen 0.01667,0.94790 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'Medians of exact counts, which need no interval and hold under emulation. Workload idle, 1 instance.' at screen 0.01667,0.03280 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.01544 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'user process: the workload' at screen 0.04417,0.91896 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.91317 to screen 0.03833,0.92474 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'runtime: agent and helpers on the host' at screen 0.25206,0.91896 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.22456,0.91317 to screen 0.24622,0.92474 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'virtual hardware: the VMM' at screen 0.52761,0.91896 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.50011,0.91317 to screen 0.52178,0.92474 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'guest OS: its processes and kernel threads' at screen 0.04417,0.89773 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.01667,0.89194 to screen 0.03833,0.90352 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'threads beyond the main ones, counted apart' at screen 0.34461,0.89773 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.31711,0.89194 to screen 0.33878,0.90352 front fs pattern 0 border lc rgb '#333333' fc rgb '#ffffff'
set label 10 'not measured here: vm-swap, vm-pair, vm-nat' at screen 0.65639,0.89773 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front

# panel: processes and kernel threads of one instance
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.10034
set tmargin at screen 0.84949
set xrange [0:78.86525193] noextend
set yrange [-7.5:0.5] noextend
set xlabel 'processes and kernel threads of one instance' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 11 'All arms on one scale' at screen 0.15833,0.86203 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 7 from graph 0,first -6.5 to graph 1,first -6.5 nohead lt 1 lc rgb '#dddddd' back
set label 12 '2' at first 2,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 13 '2' at first 2,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 '2' at first 2,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 '2' at first 2,-4.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 16 '3, and 11 threads' at first 14,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 17 '38, and 3 threads' at first 41,-3.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 18 '3, and 10 threads' at first 13,-5.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 19 '47, and 5.50 threads' at first 52.5,-6.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
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
set bmargin at screen 0.10034
set tmargin at screen 0.84949
set xrange [0:3.54580304] noextend
set yrange [-7.5:0.5] noextend
set xlabel 'processes and kernel threads of one instance' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics 1
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.86203 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 7 from graph 0,first -6.5 to graph 1,first -6.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 '2' at first 2,0.09 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '2' at first 2,-0.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '2' at first 2,-1.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 1 polygon from 2.114379379,-3.16 to 2.1392,-3.16 to 2.188841243,-2.66 to 2.164020621,-2.66 to 2.114379379,-3.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 5 '2' at first 2,-4.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set object 2 polygon from 2.114379379,-6.16 to 2.1392,-6.16 to 2.188841243,-5.66 to 2.164020621,-5.66 to 2.114379379,-6.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 3 polygon from 2.114379379,-4.16 to 2.1392,-4.16 to 2.188841243,-3.66 to 2.164020621,-3.66 to 2.114379379,-4.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set object 4 polygon from 2.114379379,-7.16 to 2.1392,-7.16 to 2.188841243,-6.66 to 2.164020621,-6.66 to 2.114379379,-7.16 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 6 '→ 3, and 11 threads' at first 2.24,-2.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 7 '→ 38, and 3 threads' at first 2.24,-3.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 8 '→ 3, and 10 threads' at first 2.24,-5.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 9 '→ 47, and 5.50 threads' at first 2.24,-6.91 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 10 'host' at screen 0.15000,0.80267 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 11 'workload 1 + runtime 1 · threads apart: 0' at screen 0.16083,0.77997 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 12 'netns' at screen 0.15000,0.71674 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 13 'host' at screen 0.15000,0.70131 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 14 'workload 1 + runtime 1 · threads apart: 0' at screen 0.16083,0.68632 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 15 'container' at screen 0.15000,0.61538 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 16 'workload 1 + runtime 1 · threads apart: 0' at screen 0.16083,0.59268 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 17 'docker' at screen 0.15000,0.52174 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 18 'workload 1 + runtime 2 · threads apart: 11' at screen 0.16083,0.49904 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 19 'vm' at screen 0.15000,0.43581 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 20 'emulated (TCG)' at screen 0.15000,0.42037 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 21 'workload 1 + virtual hardware 1 + guest OS 36 (35 kernel threads)' at screen 0.16083,0.40539 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 22 'threads apart: 3' at screen 0.16083,0.39188 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 23 'container-debian' at screen 0.15000,0.34217 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 24 'container' at screen 0.15000,0.32673 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 25 'workload 1 + runtime 1 · threads apart: 0' at screen 0.16083,0.31175 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 26 'docker-debian' at screen 0.15000,0.24852 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 27 'docker' at screen 0.15000,0.23309 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 28 'workload 1 + runtime 2 · threads apart: 10' at screen 0.16083,0.21810 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 29 'vm-debian' at screen 0.15000,0.15488 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 30 'vm, emulated (TCG)' at screen 0.15000,0.13944 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 31 'workload 1 + virtual hardware 1 + guest OS 45 (37 kernel threads)' at screen 0.16083,0.12446 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 32 'threads apart: 5.50' at screen 0.16083,0.11095 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
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
