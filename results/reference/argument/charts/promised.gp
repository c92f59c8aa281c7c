# promised.gp - a chart of tare. Run it in this folder: gnuplot promised.gp
# It reads promised.dat and writes promised.svg, then promised.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,514 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_promised'
if (pass == 1) set output 'promised.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,514 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'promised.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'A process in container is promised 1 GiB and has 31.6 MiB in RAM' at screen 0.01667,0.94942 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'One process maps many times its limit and touches a part of it, step by step; the curve of each arm''s last trial. What is only promised is in no RAM.' at screen 0.01667,0.89494 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' front
set label 3 'One trial each; the medians over all are in the tables (virtual.*). Swap, where there is any, is the VM''s own disk. Workload idle, 1 instance.' at screen 0.01667,0.06615 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.03113 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set arrow 1 from screen 0.01667,0.83658 to screen 0.03833,0.83658 nohead dt 1 lw 3 lc rgb '#882255' front
set label 5 'promised: mapped' at screen 0.04417,0.83658 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set arrow 2 from screen 0.17883,0.83658 to screen 0.20050,0.83658 nohead dt 2 lw 1 lc rgb '#000000' front
set label 6 'its limit' at screen 0.20633,0.83658 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set arrow 3 from screen 0.27789,0.83658 to screen 0.29956,0.83658 nohead dt 1 lw 2 lc rgb '#0072B2' front
set label 7 '' at screen 0.28872,0.83658 point pt 7 ps 1 lc rgb '#0072B2' front
set label 8 'resident' at screen 0.30539,0.83658 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set arrow 4 from screen 0.37928,0.83658 to screen 0.40094,0.83658 nohead dt 1 lw 2 lc rgb '#D55E00' front
set label 9 '' at screen 0.39011,0.83658 point pt 5 ps 1 lc rgb '#D55E00' front
set label 10 'swapped out' at screen 0.40678,0.83658 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set label 11 'host' at screen 0.05500,0.78988 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 12 'promised 1 GiB, touched 31.7 MiB' at screen 0.05500,0.75875 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 13 'resident 31.7 MiB, swapped 0 B' at screen 0.05500,0.73152 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set lmargin at screen 0.05500
set rmargin at screen 0.32889
set bmargin at screen 0.20233
set tmargin at screen 0.70817
set border 3 lc rgb '#888888'
set logscale y
set xrange [0:32.93875]
set yrange [2.317708333:2270.8]
set format y '%g'
set xtics nomirror autofreq textcolor rgb '#444444' font 'DejaVu Sans,9'
set ytics nomirror textcolor rgb '#444444' font 'DejaVu Sans,9'
set grid ytics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set xlabel 'touched (MiB)' textcolor rgb '#444444' font 'DejaVu Sans,9'
set ylabel 'MiB, log' textcolor rgb '#444444' font 'DejaVu Sans,9'
plot 'promised.dat' index 0 using ($1/1048576):($4/1048576) with lines dt 1 lw 3 lc rgb '#882255', \
     'promised.dat' index 0 using ($1/1048576):($5/1048576) with lines dt 2 lw 1 lc rgb '#000000', \
     'promised.dat' index 0 using ($1/1048576):($2/1048576) with linespoints dt 1 lw 2 lc rgb '#0072B2' pt 7 ps 0.8, \
     'promised.dat' index 0 using ($1/1048576):($3/1048576) with linespoints dt 1 lw 2 lc rgb '#D55E00' pt 5 ps 0.8
unset label
unset arrow
set label 1 'container' at screen 0.38389,0.78988 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 2 'promised 1 GiB, touched 31.6 MiB' at screen 0.38389,0.75875 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 3 'resident 31.6 MiB, swapped 0 B' at screen 0.38389,0.73152 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set lmargin at screen 0.38389
set rmargin at screen 0.65778
set bmargin at screen 0.20233
set tmargin at screen 0.70817
set border 3 lc rgb '#888888'
set logscale y
set xrange [0:32.8696875]
set yrange [2.317708333:2270.8]
set format y '%g'
set xtics nomirror autofreq textcolor rgb '#444444' font 'DejaVu Sans,9'
set ytics nomirror textcolor rgb '#444444' font 'DejaVu Sans,9'
set grid ytics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set xlabel 'touched (MiB)' textcolor rgb '#444444' font 'DejaVu Sans,9'
set ylabel '' textcolor rgb '#444444' font 'DejaVu Sans,9'
plot 'promised.dat' index 1 using ($1/1048576):($4/1048576) with lines dt 1 lw 3 lc rgb '#882255', \
     'promised.dat' index 1 using ($1/1048576):($5/1048576) with lines dt 2 lw 1 lc rgb '#000000', \
     'promised.dat' index 1 using ($1/1048576):($2/1048576) with linespoints dt 1 lw 2 lc rgb '#0072B2' pt 7 ps 0.8, \
     'promised.dat' index 1 using ($1/1048576):($3/1048576) with linespoints dt 1 lw 2 lc rgb '#D55E00' pt 5 ps 0.8
unset label
unset arrow
set label 1 'vm-swap' at screen 0.71278,0.78988 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 2 'promised 1.39 GiB, touched 100 MiB' at screen 0.71278,0.75875 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set label 3 'resident 55.8 MiB, swapped 44.1 MiB' at screen 0.71278,0.73152 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#444444' front
set lmargin at screen 0.71278
set rmargin at screen 0.98667
set bmargin at screen 0.20233
set tmargin at screen 0.70817
set border 3 lc rgb '#888888'
set logscale y
set xrange [0:103.95125]
set yrange [2.317708333:2270.8]
set format y '%g'
set xtics nomirror autofreq textcolor rgb '#444444' font 'DejaVu Sans,9'
set ytics nomirror textcolor rgb '#444444' font 'DejaVu Sans,9'
set grid ytics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set xlabel 'touched (MiB)' textcolor rgb '#444444' font 'DejaVu Sans,9'
set ylabel '' textcolor rgb '#444444' font 'DejaVu Sans,9'
plot 'promised.dat' index 2 using ($1/1048576):($4/1048576) with lines dt 1 lw 3 lc rgb '#882255', \
     'promised.dat' index 2 using ($1/1048576):($5/1048576) with lines dt 2 lw 1 lc rgb '#000000', \
     'promised.dat' index 2 using ($1/1048576):($2/1048576) with linespoints dt 1 lw 2 lc rgb '#0072B2' pt 7 ps 0.8, \
     'promised.dat' index 2 using ($1/1048576):($3/1048576) with linespoints dt 1 lw 2 lc rgb '#D55E00' pt 5 ps 0.8
unset label
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
