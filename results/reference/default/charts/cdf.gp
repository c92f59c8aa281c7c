# cdf.gp - a chart of tare. Run it in this folder: gnuplot cdf.gp
# It reads cdf.dat and writes cdf.svg, then cdf.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,560 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_cdf'
if (pass == 1) set output 'cdf.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,560 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'cdf.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'Boot times differ most in container: the fastest start took 4.31 ms, the slowest 5.11 ms' at screen 0.01667,0.95357 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'Cumulative distribution of the boot times: each step is one start, a fresh instance. Dashed and hollow: emulated (TCG), no evidence about VMs.' at screen 0.01667,0.90357 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'Left: all arms on one log axis. Right: each arm beside its own median. Workload http, 1 instance.' at screen 0.01667,0.06071 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:54:19Z · run cf81696b0111085a' at screen 0.01667,0.02857 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 '' at screen 0.73667,0.82500 point pt 7 ps 1.2 lc rgb '#0072B2' front
set label 6 'host' at screen 0.74833,0.82500 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 7 'median 2.66 [2.49, 2.92] ms, n = 6' at screen 0.74833,0.79821 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 8 '' at screen 0.73667,0.76429 point pt 5 ps 1.2 lc rgb '#B07800' front
set label 9 'netns' at screen 0.74833,0.76429 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 10 'median 4.10 [4.03, 4.23] ms, n = 6' at screen 0.74833,0.73750 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 11 '' at screen 0.73667,0.70357 point pt 9 ps 1.2 lc rgb '#009E73' front
set label 12 'container' at screen 0.74833,0.70357 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 13 'median 4.59 [4.31, 5.11] ms, n = 6' at screen 0.74833,0.67679 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 14 '' at screen 0.73667,0.64286 point pt 12 ps 1.2 lc rgb '#CC79A7' front
set label 15 'vm, emulated (TCG)' at screen 0.74833,0.64286 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 16 'median 2.37 [2.35, 2.41] s, n = 6' at screen 0.74833,0.61607 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set lmargin at screen 0.06333
set rmargin at screen 0.36500
set bmargin at screen 0.18571
set tmargin at screen 0.83929
set border 3 lc rgb '#888888'
set logscale x
set xrange [0.001661258:3.617929749]
set yrange [0:1.04]
set xtics nomirror textcolor rgb '#444444'
set ytics nomirror 0,0.25,1 textcolor rgb '#444444'
set grid xtics ytics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set format x '%g'
set xlabel 'time from the start request to the first response (s, log)' textcolor rgb '#444444'
set ylabel 'part of the starts' textcolor rgb '#444444'
plot 'cdf.dat' index 0 using ($1/1):2 with steps lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 0 every ::1 using ($1/1):2 with points pt 7 ps 0.8 lc rgb '#0072B2', \
     'cdf.dat' index 1 using ($1/1):2 with steps lw 1.6 dt 1 lc rgb '#B07800', \
     '' index 1 every ::1 using ($1/1):2 with points pt 5 ps 0.8 lc rgb '#B07800', \
     'cdf.dat' index 2 using ($1/1):2 with steps lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 2 every ::1 using ($1/1):2 with points pt 9 ps 0.8 lc rgb '#009E73', \
     'cdf.dat' index 3 using ($1/1):2 with steps lw 1.6 dt 2 lc rgb '#CC79A7', \
     '' index 3 every ::1 using ($1/1):2 with points pt 12 ps 0.8 lc rgb '#CC79A7'
unset label
set lmargin at screen 0.41500
set rmargin at screen 0.71667
set bmargin at screen 0.18571
set tmargin at screen 0.83929
set border 3 lc rgb '#888888'
unset logscale x
set xrange [0.9090994893:1.141674381]
set yrange [0:1.04]
set xtics nomirror textcolor rgb '#444444'
set ytics nomirror 0,0.25,1 textcolor rgb '#444444'
set grid xtics ytics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set format x '%g'
set xlabel 'time by the median of its arm' textcolor rgb '#444444'
set ylabel '' textcolor rgb '#444444'
plot 'cdf.dat' index 0 using ($1/0.002659959):2 with steps lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 0 every ::1 using ($1/0.002659959):2 with points pt 7 ps 0.8 lc rgb '#0072B2', \
     'cdf.dat' index 1 using ($1/0.0040959925):2 with steps lw 1.6 dt 1 lc rgb '#B07800', \
     '' index 1 every ::1 using ($1/0.0040959925):2 with points pt 5 ps 0.8 lc rgb '#B07800', \
     'cdf.dat' index 2 using ($1/0.004585178):2 with steps lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 2 every ::1 using ($1/0.004585178):2 with points pt 9 ps 0.8 lc rgb '#009E73', \
     'cdf.dat' index 3 using ($1/2.365437493):2 with steps lw 1.6 dt 2 lc rgb '#CC79A7', \
     '' index 3 every ::1 using ($1/2.365437493):2 with points pt 12 ps 0.8 lc rgb '#CC79A7'
unset label
unset multiplot
unset output
if (pass < 2) reread
undefine pass
