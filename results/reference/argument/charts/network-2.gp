# network-2.gp - a chart of tare. Run it in this folder: gnuplot network-2.gp
# It reads network-2.dat and writes network-2.svg, then network-2.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,720 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_network_2'
if (pass == 1) set output 'network-2.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,720 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'network-2.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'container receives 15.8 Gbit/s over one TCP stream, vm 2.66 Gbit/s (emulated CPU)' at screen 0.01667,0.96389 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'The same bridge and the same peer for every arm (host: loopback, the ceiling). More is better on the left, less is better in the middle and on the right.' at screen 0.01667,0.92500 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' front
set label 3 'n = 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload http, 1 instance. ' at screen 0.01667,0.04722 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.02222 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'TCP stream in' at screen 0.04417,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.87500 to screen 0.03833,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'TCP stream out' at screen 0.17628,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.14878,0.87500 to screen 0.17044,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'large HTTP body' at screen 0.31539,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.28789,0.87500 to screen 0.30956,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'round trip p50' at screen 0.46217,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set label 9 '' at screen 0.44633,0.88333 point pt 7 ps 1.3 lc rgb '#0072B2' front
set label 10 'round trip p99' at screen 0.59250,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set label 11 '' at screen 0.57667,0.88333 point pt 5 ps 1.3 lc rgb '#E69F00' front
set label 12 'HTTP time to first byte' at screen 0.72283,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set label 13 '' at screen 0.70700,0.88333 point pt 9 ps 1.3 lc rgb '#56B4E9' front
set label 14 'CPU: instance' at screen 0.04417,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.01667,0.84444 to screen 0.03833,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 15 'CPU: peer' at screen 0.17250,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.14500,0.84444 to screen 0.16667,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#CC79A7'
set label 16 'CPU: rest of the host' at screen 0.27917,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.25167,0.84444 to screen 0.27333,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#F0E442'
set label 17 'hatched bar, hollow point: emulated (TCG)' at screen 0.45083,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 7 rectangle from screen 0.42333,0.84444 to screen 0.44500,0.86111 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'
set label 18 'not measured here: container-debian, docker-debian, vm-debian, vm-swap, vm-pair, vm-nat' at screen 0.04417,0.82222 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front

# panel: payload rate (Gbit/s)
set lmargin at screen 0.15833
set rmargin at screen 0.41444
set bmargin at screen 0.14444
set tmargin at screen 0.75278
set xrange [0:44.96539569] noextend
set yrange [-4.5:0.5] noextend
set xlabel 'payload rate (Gbit/s)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 19 'Throughput' at screen 0.15833,0.77083 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set label 20 'in 17.9 Gbit/s' at first 18.22177777,0.28 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 21 'in 15.5 Gbit/s' at first 16.38985628,-0.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 22 'in 15.8 Gbit/s' at first 17.81241935,-1.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 23 'in 15.4 Gbit/s' at first 16.46338648,-2.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 24 'in 2.66 Gbit/s' at first 2.731708051,-3.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 25 'out 17.8 Gbit/s' at first 19.16398402,0.01 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 26 'out 15.6 Gbit/s' at first 16.05915202,-0.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 27 'out 14.8 Gbit/s' at first 16.55742047,-1.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 28 'out 15.1 Gbit/s' at first 16.21367916,-2.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 29 'out 3.37 Gbit/s' at first 3.48859034,-3.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 30 'HTTP 12.4 Gbit/s' at first 14.59780877,-0.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 31 'HTTP 18.7 Gbit/s' at first 20.74049839,-1.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 32 'HTTP 18.6 Gbit/s' at first 21.9327036,-2.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 33 'HTTP 22.0 Gbit/s' at first 24.85289115,-3.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 34 'HTTP 3.03 Gbit/s' at first 3.127215131,-4.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1000000000; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'network-2.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.16):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'network-2.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.16):(-$1 + 0.4) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'network-2.dat' index 0 using (inside($3)):(-$1 + 0.28):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network-2.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.11):(-$1 + 0.13) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'network-2.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.11):(-$1 + 0.13) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'network-2.dat' index 1 using (inside($3)):(-$1 + 0.01):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network-2.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.38):(-$1 + -0.14) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'network-2.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.38):(-$1 + -0.14) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'network-2.dat' index 2 using (inside($3)):(-$1 + -0.26):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: time (ms)
set lmargin at screen 0.44444
set rmargin at screen 0.70056
set bmargin at screen 0.14444
set tmargin at screen 0.75278
set xrange [0.03766125:21.55794957] noextend
set yrange [-4.5:0.5] noextend
set xlabel 'time (ms)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
set logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'Latency (log axis)' at screen 0.44444,0.77083 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 'p50 76.4 µs' at first 0.083824,0.28 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 'p50 70.1 µs' at first 0.082572,-0.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 'p50 83.2 µs' at first 0.0856,-1.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 'p50 76.8 µs' at first 0.085082,-2.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 'p50 203 µs' at first 0.217396,-3.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 7 'p99 139 µs' at first 0.165529,0.01 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 8 'p99 130 µs' at first 0.153418,-0.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 9 'p99 157 µs' at first 0.166561,-1.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 10 'p99 144 µs' at first 0.163923,-2.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 11 'p99 426 µs' at first 0.440574,-3.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 12 'first byte 203 µs' at first 0.261,-0.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 13 'first byte 236 µs' at first 0.294,-1.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 14 'first byte 246 µs' at first 0.273,-2.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 'first byte 232 µs' at first 0.292,-3.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 16 'first byte 1.05 ms' at first 1.153,-4.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 0.001; cut = 1e+300; low = 0.03766125 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'network-2.dat' index 3 using (pick($3, $6, 0)):(-$1 + 0.28) with points pt 7 ps 1.2 lw 1.5 lc rgb '#0072B2', \
     'network-2.dat' index 3 using (pick($3, $6, 1)):(-$1 + 0.28) with points pt 6 ps 1.2 lw 1.5 lc rgb '#0072B2', \
     'network-2.dat' index 3 using (inside($3)):(-$1 + 0.28):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network-2.dat' index 4 using (pick($3, $6, 0)):(-$1 + 0.01) with points pt 5 ps 1.2 lw 1.5 lc rgb '#E69F00', \
     'network-2.dat' index 4 using (pick($3, $6, 1)):(-$1 + 0.01) with points pt 4 ps 1.2 lw 1.5 lc rgb '#E69F00', \
     'network-2.dat' index 4 using (inside($3)):(-$1 + 0.01):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network-2.dat' index 5 using (pick($3, $6, 0)):(-$1 + -0.26) with points pt 9 ps 1.2 lw 1.5 lc rgb '#56B4E9', \
     'network-2.dat' index 5 using (pick($3, $6, 1)):(-$1 + -0.26) with points pt 8 ps 1.2 lw 1.5 lc rgb '#56B4E9', \
     'network-2.dat' index 5 using (inside($3)):(-$1 + -0.26):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: CPU time (s/GiB)
set lmargin at screen 0.73056
set rmargin at screen 0.98667
set bmargin at screen 0.14444
set tmargin at screen 0.75278
set xrange [0:4.395215705] noextend
set yrange [-4.5:0.5] noextend
set xlabel 'CPU time (s/GiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'CPU time per GiB moved' at screen 0.73056,0.77083 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 '584 ms/GiB' at first 0.6005272907,0.08 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '664 ms/GiB' at first 0.6678795969,-0.92 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '670 ms/GiB' at first 0.6745090893,-1.92 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 '684 ms/GiB' at first 0.69099176,-2.92 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 '3.12 s/GiB' at first 3.1405294,-3.92 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 7 'host' at screen 0.15000,0.69194 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 8 'netns' at screen 0.15000,0.58139 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 9 'host' at screen 0.15000,0.55917 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 10 'container' at screen 0.15000,0.44861 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 11 'docker' at screen 0.15000,0.32694 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 12 'vm' at screen 0.15000,0.21639 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 13 'emulated (TCG)' at screen 0.15000,0.19417 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
S = 1; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'network-2.dat' index 6 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'network-2.dat' index 6 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'network-2.dat' index 7 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'network-2.dat' index 7 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs pattern 2 border lc rgb '#333333' fc rgb '#CC79A7', \
     'network-2.dat' index 8 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#F0E442', \
     'network-2.dat' index 8 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs pattern 1 border lc rgb '#333333' fc rgb '#F0E442'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
