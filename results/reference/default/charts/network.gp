# network.gp - a chart of tare. Run it in this folder: gnuplot network.gp
# It reads network.dat and writes network.svg, then network.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,720 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_network'
if (pass == 1) set output 'network.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,720 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'network.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'container receives 17.2 Gbit/s over one TCP stream, vm 2.66 Gbit/s (emulated CPU)' at screen 0.01667,0.96389 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'The same bridge and the same peer for every arm (host: loopback, the ceiling). More is better on the left, less is better in the middle and on the right.' at screen 0.01667,0.92500 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' front
set label 3 'n = 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload http, 1 instance. ' at screen 0.01667,0.04722 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:54:19Z · run cf81696b0111085a' at screen 0.01667,0.02222 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
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
set label 16 'hatched bar, hollow point: emulated (TCG)' at screen 0.27917,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.25167,0.84444 to screen 0.27333,0.86111 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'

# panel: payload rate (Gbit/s)
set lmargin at screen 0.15833
set rmargin at screen 0.41444
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:58.77275311] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'payload rate (Gbit/s)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 17 'Throughput' at screen 0.15833,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 18 'in 19.7 Gbit/s' at first 20.21137215,0.28 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 19 'in 17.3 Gbit/s' at first 17.36826902,-0.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 20 'in 17.2 Gbit/s' at first 17.51167033,-1.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 21 'in 2.66 Gbit/s' at first 2.701379195,-2.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 22 'out 19.8 Gbit/s' at first 20.29613825,0.01 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 23 'out 16.2 Gbit/s' at first 16.94938698,-0.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 24 'out 16.7 Gbit/s' at first 16.89715288,-1.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 25 'out 3.36 Gbit/s' at first 3.500207319,-2.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 26 'HTTP 13.5 Gbit/s' at first 15.05253988,-0.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 27 'HTTP 28.3 Gbit/s' at first 32.48437634,-1.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 28 'HTTP 28.2 Gbit/s' at first 30.58239648,-2.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 29 'HTTP 2.98 Gbit/s' at first 3.109140941,-3.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1000000000; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'network.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.16):(-$1 + 0.4) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'network.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.16):(-$1 + 0.4) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'network.dat' index 0 using (inside($3)):(-$1 + 0.28):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network.dat' index 1 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.11):(-$1 + 0.13) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'network.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.11):(-$1 + 0.13) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'network.dat' index 1 using (inside($3)):(-$1 + 0.01):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.38):(-$1 + -0.14) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'network.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.38):(-$1 + -0.14) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'network.dat' index 2 using (inside($3)):(-$1 + -0.26):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: time (ms)
set lmargin at screen 0.44444
set rmargin at screen 0.70056
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0.038814375:20.52535909] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'time (ms)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
set logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'Latency (log axis)' at screen 0.44444,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 'p50 86.7 µs' at first 0.093657,0.28 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 'p50 89.8 µs' at first 0.095322,-0.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 'p50 87.7 µs' at first 0.092583,-1.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 'p50 202 µs' at first 0.214361,-2.72 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 'p99 176 µs' at first 0.187793,0.01 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 7 'p99 171 µs' at first 0.221767,-0.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 8 'p99 142 µs' at first 1.511744,-1.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 9 'p99 463 µs' at first 0.541667,-2.99 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 10 'first byte 192 µs' at first 0.206,-0.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 11 'first byte 208 µs' at first 0.214,-1.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 12 'first byte 207 µs' at first 0.222,-2.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 13 'first byte 973 µs' at first 1.385,-3.26 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 0.001; cut = 1e+300; low = 0.038814375 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'network.dat' index 3 using (pick($3, $6, 0)):(-$1 + 0.28) with points pt 7 ps 1.2 lw 1.5 lc rgb '#0072B2', \
     'network.dat' index 3 using (pick($3, $6, 1)):(-$1 + 0.28) with points pt 6 ps 1.2 lw 1.5 lc rgb '#0072B2', \
     'network.dat' index 3 using (inside($3)):(-$1 + 0.28):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network.dat' index 4 using (pick($3, $6, 0)):(-$1 + 0.01) with points pt 5 ps 1.2 lw 1.5 lc rgb '#E69F00', \
     'network.dat' index 4 using (pick($3, $6, 1)):(-$1 + 0.01) with points pt 4 ps 1.2 lw 1.5 lc rgb '#E69F00', \
     'network.dat' index 4 using (inside($3)):(-$1 + 0.01):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'network.dat' index 5 using (pick($3, $6, 0)):(-$1 + -0.26) with points pt 9 ps 1.2 lw 1.5 lc rgb '#56B4E9', \
     'network.dat' index 5 using (pick($3, $6, 1)):(-$1 + -0.26) with points pt 8 ps 1.2 lw 1.5 lc rgb '#56B4E9', \
     'network.dat' index 5 using (inside($3)):(-$1 + -0.26):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: CPU time (s/GiB)
set lmargin at screen 0.73056
set rmargin at screen 0.98667
set bmargin at screen 0.14444
set tmargin at screen 0.78333
set xrange [0:4.431324519] noextend
set yrange [-3.5:0.5] noextend
set xlabel 'CPU time (s/GiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'CPU time per GiB moved' at screen 0.73056,0.80139 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 '545 ms/GiB, rest -42.8 ms/GiB: noise' at first 0.583001625,0.08 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '615 ms/GiB' at first 0.6311261915,-0.92 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 '617 ms/GiB' at first 0.6376309589,-1.92 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 '3.12 s/GiB' at first 3.166330362,-2.92 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 6 'host' at screen 0.15000,0.70347 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 7 'netns' at screen 0.15000,0.55486 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 8 'host' at screen 0.15000,0.53264 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 9 'container' at screen 0.15000,0.38403 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 10 'vm' at screen 0.15000,0.23542 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 11 'emulated (TCG)' at screen 0.15000,0.21319 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
S = 1; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'network.dat' index 6 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'network.dat' index 6 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'network.dat' index 7 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#CC79A7', \
     'network.dat' index 7 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.1):(-$1 + 0.26) with boxxyerror fs pattern 2 border lc rgb '#333333' fc rgb '#CC79A7'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
