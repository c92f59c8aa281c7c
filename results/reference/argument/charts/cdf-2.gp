# cdf-2.gp - a chart of tare. Run it in this folder: gnuplot cdf-2.gp
# It reads cdf-2.dat and writes cdf-2.svg, then cdf-2.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,574 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_cdf_2'
if (pass == 1) set output 'cdf-2.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,574 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'cdf-2.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'Boot times differ most in container: the fastest start took 4.22 ms, the slowest 5.19 ms' at screen 0.01667,0.95470 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'Cumulative distribution of the boot times: each step is one start, a fresh instance. Dashed and hollow: emulated (TCG), no evidence about VMs.' at screen 0.01667,0.90592 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'Left: all arms on one log axis. Right: each arm beside its own median. Workload http, 1 instance.' at screen 0.01667,0.05923 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.02787 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 '' at screen 0.73667,0.82927 point pt 7 ps 1.2 lc rgb '#0072B2' front
set label 6 'host' at screen 0.74833,0.82927 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 7 'median 2.73 [2.56, 2.94] ms, n = 6' at screen 0.74833,0.80314 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 8 '' at screen 0.73667,0.77003 point pt 5 ps 1.2 lc rgb '#B07800' front
set label 9 'netns' at screen 0.74833,0.77003 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 10 'median 4.15 [3.96, 4.47] ms, n = 6' at screen 0.74833,0.74390 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 11 '' at screen 0.73667,0.71080 point pt 9 ps 1.2 lc rgb '#009E73' front
set label 12 'container' at screen 0.74833,0.71080 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 13 'median 4.46 [4.22, 5.19] ms, n = 6' at screen 0.74833,0.68467 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 14 '' at screen 0.73667,0.65157 point pt 13 ps 1.2 lc rgb '#CC79A7' front
set label 15 'docker' at screen 0.74833,0.65157 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 16 'median 270 [252, 297] ms, n = 6' at screen 0.74833,0.62544 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 17 '' at screen 0.73667,0.59233 point pt 10 ps 1.2 lc rgb '#D55E00' front
set label 18 'vm, emulated (TCG)' at screen 0.74833,0.59233 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 19 'median 2.33 [2.26, 2.40] s, n = 6' at screen 0.74833,0.56620 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set lmargin at screen 0.06333
set rmargin at screen 0.36500
set bmargin at screen 0.18118
set tmargin at screen 0.84321
set border 3 lc rgb '#888888'
set logscale x
set xrange [0.001707822:3.607161823]
set yrange [0:1.04]
set xtics nomirror textcolor rgb '#444444'
set ytics nomirror 0,0.25,1 textcolor rgb '#444444'
set grid xtics ytics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set format x '%g'
set xlabel 'time from the start request to the first response (s, log)' textcolor rgb '#444444'
set ylabel 'part of the starts' textcolor rgb '#444444'
plot 'cdf-2.dat' index 0 using ($1/1):2 with steps lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 0 every ::1 using ($1/1):2 with points pt 7 ps 0.8 lc rgb '#0072B2', \
     'cdf-2.dat' index 1 using ($1/1):2 with steps lw 1.6 dt 1 lc rgb '#B07800', \
     '' index 1 every ::1 using ($1/1):2 with points pt 5 ps 0.8 lc rgb '#B07800', \
     'cdf-2.dat' index 2 using ($1/1):2 with steps lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 2 every ::1 using ($1/1):2 with points pt 9 ps 0.8 lc rgb '#009E73', \
     'cdf-2.dat' index 3 using ($1/1):2 with steps lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 3 every ::1 using ($1/1):2 with points pt 13 ps 0.8 lc rgb '#CC79A7', \
     'cdf-2.dat' index 4 using ($1/1):2 with steps lw 1.6 dt 2 lc rgb '#D55E00', \
     '' index 4 every ::1 using ($1/1):2 with points pt 10 ps 0.8 lc rgb '#D55E00'
unset label
set lmargin at screen 0.41500
set rmargin at screen 0.71667
set bmargin at screen 0.18118
set tmargin at screen 0.84321
set border 3 lc rgb '#888888'
unset logscale x
set xrange [0.9022935103:1.194535595]
set yrange [0:1.04]
set xtics nomirror textcolor rgb '#444444'
set ytics nomirror 0,0.25,1 textcolor rgb '#444444'
set grid xtics ytics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set format x '%g'
set xlabel 'time by the median of its arm' textcolor rgb '#444444'
set ylabel '' textcolor rgb '#444444'
plot 'cdf-2.dat' index 0 using ($1/0.002728203):2 with steps lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 0 every ::1 using ($1/0.002728203):2 with points pt 7 ps 0.8 lc rgb '#0072B2', \
     'cdf-2.dat' index 1 using ($1/0.0041507335):2 with steps lw 1.6 dt 1 lc rgb '#B07800', \
     '' index 1 every ::1 using ($1/0.0041507335):2 with points pt 5 ps 0.8 lc rgb '#B07800', \
     'cdf-2.dat' index 2 using ($1/0.0044643995):2 with steps lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 2 every ::1 using ($1/0.0044643995):2 with points pt 9 ps 0.8 lc rgb '#009E73', \
     'cdf-2.dat' index 3 using ($1/0.2700049245):2 with steps lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 3 every ::1 using ($1/0.2700049245):2 with points pt 13 ps 0.8 lc rgb '#CC79A7', \
     'cdf-2.dat' index 4 using ($1/2.33227076):2 with steps lw 1.6 dt 2 lc rgb '#D55E00', \
     '' index 4 every ::1 using ($1/2.33227076):2 with points pt 10 ps 0.8 lc rgb '#D55E00'
unset label
unset multiplot
unset output
if (pass < 2) reread
undefine pass
