# path.gp - a chart of tare. Run it in this folder: gnuplot path.gp
# It reads path.dat and writes path.svg, then path.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,558 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_path'
if (pass == 1) set output 'path.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,558 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'path.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'vm-pair has the longest way: 335 µs there and back (emulated CPU), 50 % of it up to the bridge' at screen 0.01667,0.95344 left noenhanced font 'DejaVu Sans:Bold,15' textcolor rgb '#000000' front
set label 2 'The way of a packet: NIC, switch port, bridge, then the partner''s port and NIC (pair) or NAT and outside host (nat). An analogue of VMware''s: QEMU''s devices, Linux''s bridge.' at screen 0.01667,0.90331 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 3 'n = 2, medians; too few for intervals (they need n ≥ 6): every value is a point. Workload idle, 1 instance. Parts of a round trip are differences of two medians.' at screen 0.01667,0.06088 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.02865 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'round trip: NIC and switch port' at screen 0.04417,0.84959 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.83885 to screen 0.03833,0.86033 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'round trip: from the bridge on' at screen 0.27606,0.84959 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.24856,0.83885 to screen 0.27022,0.86033 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'TCP stream in' at screen 0.50317,0.84959 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.47567,0.83885 to screen 0.49733,0.86033 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'TCP stream out' at screen 0.63528,0.84959 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.60778,0.83885 to screen 0.62944,0.86033 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'CPU time of both ends and the host' at screen 0.04417,0.81020 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.01667,0.79945 to screen 0.03833,0.82094 front fs pattern 3 border lc rgb '#333333' fc rgb '#CC79A7'
set label 10 'hatched: emulated (TCG)' at screen 0.30028,0.81020 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.27278,0.79945 to screen 0.29444,0.82094 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'
set label 11 '• one value each (n < 6)' at screen 0.49206,0.81020 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set label 12 'not measured here: host, netns, container, docker, vm, container-debian, docker-debian, vm-debian, vm-swap' at screen 0.04417,0.77080 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front

# panel: time (µs)
set lmargin at screen 0.15833
set rmargin at screen 0.41444
set bmargin at screen 0.18622
set tmargin at screen 0.68127
set xrange [0:416.5504248] noextend
set yrange [-1.5:0.5] noextend
set xlabel 'time (µs)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 13 'Round trip, median' at screen 0.15833,0.70455 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set label 14 '335 µs' at first 335.0475,0.21 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 15 '161 µs' at first 160.7775,-0.79 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1e-06; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'path.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.02):(-$1 + 0.4) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'path.dat' index 1 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.02):(-$1 + 0.4) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00'
unset label
unset object
unset arrow

# panel: payload rate (Gbit/s)
set lmargin at screen 0.44444
set rmargin at screen 0.70056
set bmargin at screen 0.18622
set tmargin at screen 0.68127
set xrange [0:5.143695424] noextend
set yrange [-1.5:0.5] noextend
set xlabel 'payload rate (Gbit/s)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'Throughput' at screen 0.44444,0.70455 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 'in 3.20 Gbit/s' at first 3.213049687,0.31 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 'in 2.87 Gbit/s' at first 2.932869666,-0.69 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 'out 2.89 Gbit/s' at first 2.888894621,0.11 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 5 'out 3.04 Gbit/s' at first 3.173247242,-0.89 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
S = 1000000000; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'path.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.22):(-$1 + 0.4) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'path.dat' index 3 using (inside($2)):(-$1 + 0.31) with points pt 7 ps 0.55 lc rgb '#000000', \
     'path.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.02):(-$1 + 0.2) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'path.dat' index 5 using (inside($2)):(-$1 + 0.11) with points pt 7 ps 0.55 lc rgb '#000000'
unset label
unset object
unset arrow

# panel: CPU time (s/GiB)
set lmargin at screen 0.73056
set rmargin at screen 0.98667
set bmargin at screen 0.18622
set tmargin at screen 0.68127
set xrange [0:7.339093867] noextend
set yrange [-1.5:0.5] noextend
set xlabel 'CPU time (s/GiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq font 'DejaVu Sans,9'
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'CPU time per GiB moved' at screen 0.73056,0.70455 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 '5.21 s/GiB' at first 5.244029327,0.21 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 3 '3.38 s/GiB' at first 3.49815664,-0.79 offset character 0.8,0 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#000000' front
set label 4 'vm-pair' at screen 0.15000,0.57183 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 5 'vm, emulated (TCG)' at screen 0.15000,0.54319 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 6 'path pair: 5 links; the bridge has learnt both' at screen 0.16083,0.50358 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 7 'MAC addresses, 0 packets passed the host''s' at screen 0.16083,0.47851 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 8 'forward hook' at screen 0.16083,0.45344 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 9 'vm-nat' at screen 0.15000,0.32431 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 10 'vm, emulated (TCG)' at screen 0.15000,0.29566 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 11 'path nat: 5 links; source rewritten, TTL' at screen 0.16083,0.25606 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 12 'lowered by 1' at screen 0.16083,0.23099 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
S = 1; cut = 1e+300; low = 0 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'path.dat' index 6 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.02):(-$1 + 0.4) with boxxyerror fs pattern 2 border lc rgb '#333333' fc rgb '#CC79A7', \
     'path.dat' index 7 using (inside($2)):(-$1 + 0.21) with points pt 7 ps 0.55 lc rgb '#000000'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
