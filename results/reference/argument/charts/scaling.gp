# scaling.gp - a chart of tare. Run it in this folder: gnuplot scaling.gp
# It reads scaling.dat and writes scaling.svg, then scaling.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,930 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_scaling'
if (pass == 1) set output 'scaling.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,930 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'scaling.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'One more instance of vm takes 179 MiB from the machine' at screen 0.01667,0.97204 left noenhanced font 'DejaVu Sans:Bold,16' textcolor rgb '#000000' front
set label 2 'Every value, the straight line through them, its 95 % band; slopes with their intervals. Hollow and dashed: emulated (TCG).' at screen 0.01667,0.94194 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 8 to 14 sets a line, least squares over all blocks, bands and intervals by Student''s t. Workload idle. Totals of the set; PSS sees no kernel memory.' at screen 0.01667,0.03656 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.01720 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'what the machine has less' at screen 0.06333,0.90323 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 6 '' at screen 0.06833,0.88280 point pt 7 ps 1 lc rgb '#0072B2' front
set label 7 'host: +308 [206, 411] KiB each' at screen 0.07667,0.88280 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 8 '' at screen 0.06833,0.86667 point pt 9 ps 1 lc rgb '#009E73' front
set label 9 'container: +468 [390, 547] KiB each' at screen 0.07667,0.86667 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 10 '' at screen 0.06833,0.85054 point pt 13 ps 1 lc rgb '#CC79A7' front
set label 11 'docker: +3.75 [3.49, 4.02] MiB each' at screen 0.07667,0.85054 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 12 '' at screen 0.06833,0.83441 point pt 10 ps 1 lc rgb '#D55E00' front
set label 13 'vm: +179 [178, 179] MiB each, emulated' at screen 0.07667,0.83441 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 14 '' at screen 0.06833,0.81828 point pt 15 ps 1 lc rgb '#332288' front
set label 15 'container-debian: +1.22 [-7.00, 9.44] MiB each' at screen 0.07667,0.81828 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 16 '' at screen 0.06833,0.80215 point pt 5 ps 1 lc rgb '#000000' front
set label 17 'docker-debian: +2.16 [-3.26, 7.58] MiB each' at screen 0.07667,0.80215 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 18 '' at screen 0.06833,0.78602 point pt 6 ps 1 lc rgb '#882255' front
set label 19 'vm-debian: +203 [201, 204] MiB each, emulated' at screen 0.07667,0.78602 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set lmargin at screen 0.06333
set rmargin at screen 0.32889
set bmargin at screen 0.58495
set tmargin at screen 0.76989
set border 3 lc rgb '#888888'
set xrange [-0.16:8.32]
set yrange [-0.09954315186:1.720541382]
set xtics nomirror 0,1 textcolor rgb '#444444'
set ytics nomirror autofreq textcolor rgb '#444444'
set xlabel 'instances' textcolor rgb '#444444'
set ylabel 'GiB, whole set' textcolor rgb '#444444'
S = 1073741824
plot 'scaling.dat' index 1 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#0072B2', \
     '' index 1 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 0 using 1:($2/S) with points pt 7 ps 0.9 lc rgb '#0072B2', \
     'scaling.dat' index 5 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#009E73', \
     '' index 5 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 4 using 1:($2/S) with points pt 9 ps 0.9 lc rgb '#009E73', \
     'scaling.dat' index 7 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#CC79A7', \
     '' index 7 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 6 using 1:($2/S) with points pt 13 ps 0.9 lc rgb '#CC79A7', \
     'scaling.dat' index 9 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#D55E00', \
     '' index 9 using 1:($2/S) with lines lw 1.6 dt 2 lc rgb '#D55E00', \
     '' index 8 using 1:($2/S) with points pt 10 ps 0.9 lc rgb '#D55E00', \
     'scaling.dat' index 11 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#332288', \
     '' index 11 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#332288', \
     '' index 10 using 1:($2/S) with points pt 15 ps 0.9 lc rgb '#332288', \
     'scaling.dat' index 13 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#000000', \
     '' index 13 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#000000', \
     '' index 12 using 1:($2/S) with points pt 5 ps 0.9 lc rgb '#000000', \
     'scaling.dat' index 15 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#882255', \
     '' index 15 using 1:($2/S) with lines lw 1.6 dt 2 lc rgb '#882255', \
     '' index 14 using 1:($2/S) with points pt 6 ps 0.9 lc rgb '#882255'
unset label
set label 1 'PSS' at screen 0.39222,0.90323 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 2 '' at screen 0.39722,0.88280 point pt 7 ps 1 lc rgb '#0072B2' front
set label 3 'host: +161 [160, 162] KiB each' at screen 0.40556,0.88280 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 4 '' at screen 0.39722,0.86667 point pt 9 ps 1 lc rgb '#009E73' front
set label 5 'container: +149 [148, 150] KiB each' at screen 0.40556,0.86667 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 6 '' at screen 0.39722,0.85054 point pt 13 ps 1 lc rgb '#CC79A7' front
set label 7 'docker: +2.45 [2.40, 2.49] MiB each' at screen 0.40556,0.85054 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 8 '' at screen 0.39722,0.83441 point pt 10 ps 1 lc rgb '#D55E00' front
set label 9 'vm: +179 [178, 179] MiB each, emulated' at screen 0.40556,0.83441 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 10 '' at screen 0.39722,0.81828 point pt 15 ps 1 lc rgb '#332288' front
set label 11 'container-debian: +149 [148, 149] KiB each' at screen 0.40556,0.81828 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 12 '' at screen 0.39722,0.80215 point pt 5 ps 1 lc rgb '#000000' front
set label 13 'docker-debian: +2.57 [2.48, 2.67] MiB each' at screen 0.40556,0.80215 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 14 '' at screen 0.39722,0.78602 point pt 6 ps 1 lc rgb '#882255' front
set label 15 'vm-debian: +203 [201, 205] MiB each, emulated' at screen 0.40556,0.78602 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set lmargin at screen 0.39222
set rmargin at screen 0.65778
set bmargin at screen 0.58495
set tmargin at screen 0.76989
set border 3 lc rgb '#888888'
set xrange [-0.16:8.32]
set yrange [-0.03229349136:1.743848534]
set xtics nomirror 0,1 textcolor rgb '#444444'
set ytics nomirror autofreq textcolor rgb '#444444'
set xlabel 'instances' textcolor rgb '#444444'
set ylabel 'GiB, whole set' textcolor rgb '#444444'
S = 1073741824
plot 'scaling.dat' index 23 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#0072B2', \
     '' index 23 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 22 using 1:($2/S) with points pt 7 ps 0.9 lc rgb '#0072B2', \
     'scaling.dat' index 27 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#009E73', \
     '' index 27 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 26 using 1:($2/S) with points pt 9 ps 0.9 lc rgb '#009E73', \
     'scaling.dat' index 29 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#CC79A7', \
     '' index 29 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 28 using 1:($2/S) with points pt 13 ps 0.9 lc rgb '#CC79A7', \
     'scaling.dat' index 31 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#D55E00', \
     '' index 31 using 1:($2/S) with lines lw 1.6 dt 2 lc rgb '#D55E00', \
     '' index 30 using 1:($2/S) with points pt 10 ps 0.9 lc rgb '#D55E00', \
     'scaling.dat' index 33 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#332288', \
     '' index 33 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#332288', \
     '' index 32 using 1:($2/S) with points pt 15 ps 0.9 lc rgb '#332288', \
     'scaling.dat' index 35 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#000000', \
     '' index 35 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#000000', \
     '' index 34 using 1:($2/S) with points pt 5 ps 0.9 lc rgb '#000000', \
     'scaling.dat' index 37 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#882255', \
     '' index 37 using 1:($2/S) with lines lw 1.6 dt 2 lc rgb '#882255', \
     '' index 36 using 1:($2/S) with points pt 6 ps 0.9 lc rgb '#882255'
unset label
set label 1 'charged to the cgroups' at screen 0.72111,0.90323 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 2 '' at screen 0.72611,0.88280 point pt 7 ps 1 lc rgb '#0072B2' front
set label 3 'host: +317 [315, 320] KiB each' at screen 0.73444,0.88280 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 4 '' at screen 0.72611,0.86667 point pt 9 ps 1 lc rgb '#009E73' front
set label 5 'container: +451 [450, 452] KiB each' at screen 0.73444,0.86667 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 6 '' at screen 0.72611,0.85054 point pt 13 ps 1 lc rgb '#CC79A7' front
set label 7 'docker: +529 [526, 532] KiB each' at screen 0.73444,0.85054 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 8 '' at screen 0.72611,0.83441 point pt 10 ps 1 lc rgb '#D55E00' front
set label 9 'vm: +179 [178, 180] MiB each, emulated' at screen 0.73444,0.83441 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 10 '' at screen 0.72611,0.81828 point pt 15 ps 1 lc rgb '#332288' front
set label 11 'container-debian: +451 [449, 453] KiB each' at screen 0.73444,0.81828 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 12 '' at screen 0.72611,0.80215 point pt 5 ps 1 lc rgb '#000000' front
set label 13 'docker-debian: +533 [531, 536] KiB each' at screen 0.73444,0.80215 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 14 '' at screen 0.72611,0.78602 point pt 6 ps 1 lc rgb '#882255' front
set label 15 'vm-debian: +208 [204, 213] MiB each, emulated' at screen 0.73444,0.78602 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set lmargin at screen 0.72111
set rmargin at screen 0.98667
set bmargin at screen 0.58495
set tmargin at screen 0.76989
set border 3 lc rgb '#888888'
set xrange [-0.16:8.32]
set yrange [-0.03364425659:1.816789856]
set xtics nomirror 0,1 textcolor rgb '#444444'
set ytics nomirror autofreq textcolor rgb '#444444'
set xlabel 'instances' textcolor rgb '#444444'
set ylabel 'GiB, whole set' textcolor rgb '#444444'
S = 1073741824
plot 'scaling.dat' index 45 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#0072B2', \
     '' index 45 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 44 using 1:($2/S) with points pt 7 ps 0.9 lc rgb '#0072B2', \
     'scaling.dat' index 49 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#009E73', \
     '' index 49 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 48 using 1:($2/S) with points pt 9 ps 0.9 lc rgb '#009E73', \
     'scaling.dat' index 51 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#CC79A7', \
     '' index 51 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 50 using 1:($2/S) with points pt 13 ps 0.9 lc rgb '#CC79A7', \
     'scaling.dat' index 53 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#D55E00', \
     '' index 53 using 1:($2/S) with lines lw 1.6 dt 2 lc rgb '#D55E00', \
     '' index 52 using 1:($2/S) with points pt 10 ps 0.9 lc rgb '#D55E00', \
     'scaling.dat' index 55 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#332288', \
     '' index 55 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#332288', \
     '' index 54 using 1:($2/S) with points pt 15 ps 0.9 lc rgb '#332288', \
     'scaling.dat' index 57 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#000000', \
     '' index 57 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#000000', \
     '' index 56 using 1:($2/S) with points pt 5 ps 0.9 lc rgb '#000000', \
     'scaling.dat' index 59 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#882255', \
     '' index 59 using 1:($2/S) with lines lw 1.6 dt 2 lc rgb '#882255', \
     '' index 58 using 1:($2/S) with points pt 6 ps 0.9 lc rgb '#882255'
unset label
set label 1 'what the machine has less: the small ones' at screen 0.06333,0.51828 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 2 '' at screen 0.06833,0.49785 point pt 7 ps 1 lc rgb '#0072B2' front
set label 3 'host: +308 [206, 411] KiB each' at screen 0.07667,0.49785 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 4 '' at screen 0.06833,0.48172 point pt 9 ps 1 lc rgb '#009E73' front
set label 5 'container: +468 [390, 547] KiB each' at screen 0.07667,0.48172 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 6 '' at screen 0.06833,0.46559 point pt 13 ps 1 lc rgb '#CC79A7' front
set label 7 'docker: +3.75 [3.49, 4.02] MiB each' at screen 0.07667,0.46559 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 8 '' at screen 0.06833,0.44946 point pt 15 ps 1 lc rgb '#332288' front
set label 9 'container-debian: +1.22 [-7.00, 9.44] MiB each' at screen 0.07667,0.44946 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 10 '' at screen 0.06833,0.43333 point pt 5 ps 1 lc rgb '#000000' front
set label 11 'docker-debian: +2.16 [-3.26, 7.58] MiB each' at screen 0.07667,0.43333 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set lmargin at screen 0.06333
set rmargin at screen 0.32889
set bmargin at screen 0.11613
set tmargin at screen 0.41720
set border 3 lc rgb '#888888'
set xrange [-0.16:8.32]
set yrange [-70.64859375:72.5203125]
set xtics nomirror 0,1 textcolor rgb '#444444'
set ytics nomirror autofreq textcolor rgb '#444444'
set xlabel 'instances' textcolor rgb '#444444'
set ylabel 'MiB, whole set' textcolor rgb '#444444'
S = 1048576
plot 'scaling.dat' index 1 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#0072B2', \
     '' index 1 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 0 using 1:($2/S) with points pt 7 ps 0.9 lc rgb '#0072B2', \
     'scaling.dat' index 5 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#009E73', \
     '' index 5 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 4 using 1:($2/S) with points pt 9 ps 0.9 lc rgb '#009E73', \
     'scaling.dat' index 7 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#CC79A7', \
     '' index 7 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 6 using 1:($2/S) with points pt 13 ps 0.9 lc rgb '#CC79A7', \
     'scaling.dat' index 11 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#332288', \
     '' index 11 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#332288', \
     '' index 10 using 1:($2/S) with points pt 15 ps 0.9 lc rgb '#332288', \
     'scaling.dat' index 13 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#000000', \
     '' index 13 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#000000', \
     '' index 12 using 1:($2/S) with points pt 5 ps 0.9 lc rgb '#000000'
unset label
set label 1 'PSS: the small ones' at screen 0.39222,0.51828 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 2 '' at screen 0.39722,0.49785 point pt 7 ps 1 lc rgb '#0072B2' front
set label 3 'host: +161 [160, 162] KiB each' at screen 0.40556,0.49785 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 4 '' at screen 0.39722,0.48172 point pt 9 ps 1 lc rgb '#009E73' front
set label 5 'container: +149 [148, 150] KiB each' at screen 0.40556,0.48172 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 6 '' at screen 0.39722,0.46559 point pt 13 ps 1 lc rgb '#CC79A7' front
set label 7 'docker: +2.45 [2.40, 2.49] MiB each' at screen 0.40556,0.46559 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 8 '' at screen 0.39722,0.44946 point pt 15 ps 1 lc rgb '#332288' front
set label 9 'container-debian: +149 [148, 149] KiB each' at screen 0.40556,0.44946 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 10 '' at screen 0.39722,0.43333 point pt 5 ps 1 lc rgb '#000000' front
set label 11 'docker-debian: +2.57 [2.48, 2.67] MiB each' at screen 0.40556,0.43333 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set lmargin at screen 0.39222
set rmargin at screen 0.65778
set bmargin at screen 0.11613
set tmargin at screen 0.41720
set border 3 lc rgb '#888888'
set xrange [-0.16:8.32]
set yrange [-0.6189453125:33.42304688]
set xtics nomirror 0,1 textcolor rgb '#444444'
set ytics nomirror autofreq textcolor rgb '#444444'
set xlabel 'instances' textcolor rgb '#444444'
set ylabel 'MiB, whole set' textcolor rgb '#444444'
S = 1048576
plot 'scaling.dat' index 23 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#0072B2', \
     '' index 23 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 22 using 1:($2/S) with points pt 7 ps 0.9 lc rgb '#0072B2', \
     'scaling.dat' index 27 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#009E73', \
     '' index 27 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 26 using 1:($2/S) with points pt 9 ps 0.9 lc rgb '#009E73', \
     'scaling.dat' index 29 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#CC79A7', \
     '' index 29 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 28 using 1:($2/S) with points pt 13 ps 0.9 lc rgb '#CC79A7', \
     'scaling.dat' index 33 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#332288', \
     '' index 33 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#332288', \
     '' index 32 using 1:($2/S) with points pt 15 ps 0.9 lc rgb '#332288', \
     'scaling.dat' index 35 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#000000', \
     '' index 35 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#000000', \
     '' index 34 using 1:($2/S) with points pt 5 ps 0.9 lc rgb '#000000'
unset label
set label 1 'charged to the cgroups: the small ones' at screen 0.72111,0.51828 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 2 '' at screen 0.72611,0.49785 point pt 7 ps 1 lc rgb '#0072B2' front
set label 3 'host: +317 [315, 320] KiB each' at screen 0.73444,0.49785 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 4 '' at screen 0.72611,0.48172 point pt 9 ps 1 lc rgb '#009E73' front
set label 5 'container: +451 [450, 452] KiB each' at screen 0.73444,0.48172 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 6 '' at screen 0.72611,0.46559 point pt 13 ps 1 lc rgb '#CC79A7' front
set label 7 'docker: +529 [526, 532] KiB each' at screen 0.73444,0.46559 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 8 '' at screen 0.72611,0.44946 point pt 15 ps 1 lc rgb '#332288' front
set label 9 'container-debian: +451 [449, 453] KiB each' at screen 0.73444,0.44946 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 10 '' at screen 0.72611,0.43333 point pt 5 ps 1 lc rgb '#000000' front
set label 11 'docker-debian: +533 [531, 536] KiB each' at screen 0.73444,0.43333 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set lmargin at screen 0.72111
set rmargin at screen 0.98667
set bmargin at screen 0.11613
set tmargin at screen 0.41720
set border 3 lc rgb '#888888'
set xrange [-0.16:8.32]
set yrange [-0.083359375:4.50140625]
set xtics nomirror 0,1 textcolor rgb '#444444'
set ytics nomirror autofreq textcolor rgb '#444444'
set xlabel 'instances' textcolor rgb '#444444'
set ylabel 'MiB, whole set' textcolor rgb '#444444'
S = 1048576
plot 'scaling.dat' index 45 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#0072B2', \
     '' index 45 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#0072B2', \
     '' index 44 using 1:($2/S) with points pt 7 ps 0.9 lc rgb '#0072B2', \
     'scaling.dat' index 49 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#009E73', \
     '' index 49 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#009E73', \
     '' index 48 using 1:($2/S) with points pt 9 ps 0.9 lc rgb '#009E73', \
     'scaling.dat' index 51 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#CC79A7', \
     '' index 51 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#CC79A7', \
     '' index 50 using 1:($2/S) with points pt 13 ps 0.9 lc rgb '#CC79A7', \
     'scaling.dat' index 55 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#332288', \
     '' index 55 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#332288', \
     '' index 54 using 1:($2/S) with points pt 15 ps 0.9 lc rgb '#332288', \
     'scaling.dat' index 57 using 1:($3/S):($4/S) with filledcurves fs transparent solid 0.2 noborder lc rgb '#000000', \
     '' index 57 using 1:($2/S) with lines lw 1.6 dt 1 lc rgb '#000000', \
     '' index 56 using 1:($2/S) with points pt 5 ps 0.9 lc rgb '#000000'
unset label
unset multiplot
unset output
if (pass < 2) reread
undefine pass
