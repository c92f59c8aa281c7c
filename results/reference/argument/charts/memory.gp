# memory.gp - a chart of tare. Run it in this folder: gnuplot memory.gp
# It reads memory.dat and writes memory.svg, then memory.png (it reads itself twice).
pass = exists('pass') ? pass + 1 : 1
suffix = exists('suffix') ? suffix : ''
reset
set encoding utf8
set decimalsign '.'
set datafile missing 'NaN'
if (pass == 1) set terminal svg size 1200,720 fixed noenhanced font 'DejaVu Sans,10' fontscale 1.333 background '#ffffff' name 'tare_memory'
if (pass == 1) set output 'memory.svg'.suffix
if (pass == 2) set terminal pngcairo size 1200,720 noenhanced font 'DejaVu Sans,10' background rgb '#ffffff'
if (pass == 2) set output 'memory.png'.suffix
set multiplot
unset key
set border 1 lc rgb '#888888'
set tics nomirror out scale 0.6 textcolor rgb '#444444'
unset ytics
set label 1 'vm holds 173× the memory of container running the same workload (PSS, without translation buffer)' at screen 0.01667,0.96389 left noenhanced font 'DejaVu Sans:Bold,14' textcolor rgb '#000000' front
set label 2 'What one instance takes from the host, seen in four ways. The tare is what it takes beyond the arm host.' at screen 0.01667,0.92500 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#444444' front
set label 3 'n = 2 to 6, medians; whiskers: exact 96.9 % order-statistic intervals. Workload idle, 1 instance. PSS and USS see no kernel memory.' at screen 0.01667,0.04722 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 4 'vm (Intel(R) Xeon(R) Processor, 2 cores, 23.5 GiB) · Linux 6.18.44-fc-v669 · accelerator: TCG (emulated) · 2026-11-23T10:36:39Z · run 527e3fc4103422e2' at screen 0.01667,0.02222 left noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 5 'PSS: its processes, shared pages divided' at screen 0.04417,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 1 rectangle from screen 0.01667,0.87500 to screen 0.03833,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#0072B2'
set label 6 'USS: private pages only' at screen 0.33583,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 2 rectangle from screen 0.30833,0.87500 to screen 0.33000,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#E69F00'
set label 7 'cgroup: charged to it, kernel memory too' at screen 0.52428,0.88333 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 3 rectangle from screen 0.49678,0.87500 to screen 0.51844,0.89167 front fs pattern 3 border lc rgb '#333333' fc rgb '#56B4E9'
set label 8 'host: what the machine has less' at screen 0.04417,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 4 rectangle from screen 0.01667,0.84444 to screen 0.03833,0.86111 front fs pattern 3 border lc rgb '#333333' fc rgb '#009E73'
set label 9 'of it the emulator''s translation buffer' at screen 0.27928,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 5 rectangle from screen 0.25178,0.84444 to screen 0.27344,0.86111 front fs pattern 2 border lc rgb '#333333' fc rgb '#000000'
set label 10 'hatched: emulated (TCG)' at screen 0.55317,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set object 6 rectangle from screen 0.52567,0.84444 to screen 0.54733,0.86111 front fs pattern 4 border lc rgb '#333333' fc rgb '#555555'
set label 11 '• one value each (n < 6)' at screen 0.74494,0.85278 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front
set label 12 'not measured here: vm-swap, vm-pair, vm-nat' at screen 0.04417,0.82222 left noenhanced font 'DejaVu Sans,10' textcolor rgb '#222222' front

# panel: memory of one instance (MiB)
set lmargin at screen 0.15833
set rmargin at screen 0.55750
set bmargin at screen 0.14444
set tmargin at screen 0.75278
set xrange [-1.349414062:365.2031031] noextend
set yrange [-7.5:0.5] noextend
set xlabel 'memory of one instance (MiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 13 'All arms on one scale' at screen 0.15833,0.77083 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1000 from first 0,graph 0 to first 0,graph 1 nohead lt 1 lc rgb '#888888' back
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 7 from graph 0,first -6.5 to graph 1,first -6.5 nohead lt 1 lc rgb '#dddddd' back
set label 14 'PSS 978 KiB' at first 0.95703125,0.345 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 15 'PSS 976 KiB' at first 0.95703125,-0.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 16 'PSS 968 KiB' at first 0.94921875,-1.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 17 'PSS 12.8 MiB' at first 12.88964844,-2.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 18 'PSS 195 MiB' at first 196.9492188,-3.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 19 'PSS 966 KiB' at first 0.9453125,-4.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 20 'PSS 12.8 MiB' at first 12.84375,-5.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 21 'PSS 221 MiB' at first 222.3613281,-6.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 22 'USS 560 KiB' at first 0.546875,0.125 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 23 'USS 558 KiB' at first 0.546875,-0.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 24 'USS 548 KiB' at first 0.53515625,-1.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 25 'USS 12.3 MiB' at first 12.33203125,-2.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 26 'USS 192 MiB' at first 194.3007812,-3.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 27 'USS 546 KiB' at first 0.53515625,-4.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 28 'USS 12.3 MiB' at first 12.296875,-5.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 29 'USS 219 MiB' at first 219.7148438,-6.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 30 'cgroup 320 KiB' at first 0.31640625,-0.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 31 'cgroup 408 KiB' at first 0.40234375,-1.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 32 'cgroup 454 KiB' at first 0.4453125,-2.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 33 'cgroup 530 KiB' at first 0.5234375,-3.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 34 'cgroup 182 MiB' at first 186.9765625,-4.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 35 'cgroup 450 KiB' at first 0.44140625,-5.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 36 'cgroup 526 KiB' at first 0.515625,-6.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 37 'cgroup 263 MiB' at first 268.578125,-7.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 38 'host 6 KiB' at first 0.36328125,-0.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 39 'host 58 KiB' at first 0.21484375,-1.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 40 'host 260 KiB' at first 0.35546875,-2.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 41 'host 3.06 MiB' at first 3.41015625,-3.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 42 'host 177 MiB' at first 179.4023438,-4.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 43 'host 32.2 MiB' at first 64.11328125,-5.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 44 'host 35.2 MiB' at first 67.1484375,-6.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 45 'host 203 MiB' at first 204.765625,-7.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
S = 1048576; cut = 1e+300; low = -1.349414062 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'memory.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (inside($3)):(-$1 + 0.345):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 1 using (inside($2)):(-$1 + 0.345) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 2 using (inside($3)):(-$1 + 0.125):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 3 using (inside($2)):(-$1 + 0.125) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 4 using (inside($3)):(-$1 + -0.095):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 5 using (inside($2)):(-$1 + -0.095) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 6 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 6 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 6 using (inside($3)):(-$1 + -0.315):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 7 using (inside($2)):(-$1 + -0.315) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 8 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs transparent pattern 2 border lc rgb '#333333' fc rgb '#000000'
unset label
unset object
unset arrow

# panel: memory of one instance (KiB)
set lmargin at screen 0.58750
set rmargin at screen 0.98667
set bmargin at screen 0.14444
set tmargin at screen 0.75278
set xrange [-1095.36:2023.388405] noextend
set yrange [-7.5:0.5] noextend
set xlabel 'memory of one instance (KiB)' noenhanced font 'DejaVu Sans,10' textcolor rgb '#444444' offset 0,0.3
unset logscale x
set xtics autofreq
set grid xtics lt 1 lc rgb '#e8e8e8' lw 1
set grid back
set label 1 'The small ones enlarged (cut bars go on to the right)' at screen 0.58750,0.77083 left noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set arrow 1000 from first 0,graph 0 to first 0,graph 1 nohead lt 1 lc rgb '#888888' back
set arrow 1 from graph 0,first -0.5 to graph 1,first -0.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 2 from graph 0,first -1.5 to graph 1,first -1.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 3 from graph 0,first -2.5 to graph 1,first -2.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 4 from graph 0,first -3.5 to graph 1,first -3.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 5 from graph 0,first -4.5 to graph 1,first -4.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 6 from graph 0,first -5.5 to graph 1,first -5.5 nohead lt 1 lc rgb '#dddddd' back
set arrow 7 from graph 0,first -6.5 to graph 1,first -6.5 nohead lt 1 lc rgb '#dddddd' back
set label 2 'PSS 978 KiB' at first 980,0.345 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 3 'PSS 976 KiB' at first 980,-0.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 4 'PSS 968 KiB' at first 972,-1.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 1 polygon from 1031.905081,-2.77 to 1046.0688,-2.77 to 1074.396238,-2.54 to 1060.232519,-2.54 to 1031.905081,-2.77 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 5 '→ PSS 12.8 MiB' at first 1095.36,-2.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 2 polygon from 1031.905081,-3.77 to 1046.0688,-3.77 to 1074.396238,-3.54 to 1060.232519,-3.54 to 1031.905081,-3.77 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 6 '→ PSS 195 MiB' at first 1095.36,-3.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 7 'PSS 966 KiB' at first 968,-4.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 3 polygon from 1031.905081,-5.77 to 1046.0688,-5.77 to 1074.396238,-5.54 to 1060.232519,-5.54 to 1031.905081,-5.77 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 8 '→ PSS 12.8 MiB' at first 1095.36,-5.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 4 polygon from 1031.905081,-6.77 to 1046.0688,-6.77 to 1074.396238,-6.54 to 1060.232519,-6.54 to 1031.905081,-6.77 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 9 '→ PSS 221 MiB' at first 1095.36,-6.655 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 10 'USS 560 KiB' at first 560,0.125 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 11 'USS 558 KiB' at first 560,-0.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 12 'USS 548 KiB' at first 548,-1.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 5 polygon from 1031.905081,-2.99 to 1046.0688,-2.99 to 1074.396238,-2.76 to 1060.232519,-2.76 to 1031.905081,-2.99 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 13 '→ USS 12.3 MiB' at first 1095.36,-2.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 6 polygon from 1031.905081,-3.99 to 1046.0688,-3.99 to 1074.396238,-3.76 to 1060.232519,-3.76 to 1031.905081,-3.99 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 14 '→ USS 192 MiB' at first 1095.36,-3.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 15 'USS 546 KiB' at first 548,-4.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 7 polygon from 1031.905081,-5.99 to 1046.0688,-5.99 to 1074.396238,-5.76 to 1060.232519,-5.76 to 1031.905081,-5.99 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 16 '→ USS 12.3 MiB' at first 1095.36,-5.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 8 polygon from 1031.905081,-6.99 to 1046.0688,-6.99 to 1074.396238,-6.76 to 1060.232519,-6.76 to 1031.905081,-6.99 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 17 '→ USS 219 MiB' at first 1095.36,-6.875 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 18 'cgroup 320 KiB' at first 324,-0.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 19 'cgroup 408 KiB' at first 412,-1.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 20 'cgroup 454 KiB' at first 456,-2.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 21 'cgroup 530 KiB' at first 536,-3.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 9 polygon from 1031.905081,-4.21 to 1046.0688,-4.21 to 1074.396238,-3.98 to 1060.232519,-3.98 to 1031.905081,-4.21 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 22 '→ cgroup 182 MiB' at first 1095.36,-4.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 23 'cgroup 450 KiB' at first 452,-5.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 24 'cgroup 526 KiB' at first 528,-6.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 10 polygon from 1031.905081,-7.21 to 1046.0688,-7.21 to 1074.396238,-6.98 to 1060.232519,-6.98 to 1031.905081,-7.21 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 25 '→ cgroup 263 MiB' at first 1095.36,-7.095 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 26 'host 6 KiB' at first 372,-0.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 27 'host 58 KiB' at first 220,-1.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 28 'host 260 KiB' at first 364,-2.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 11 polygon from 1031.905081,-3.43 to 1046.0688,-3.43 to 1074.396238,-3.2 to 1060.232519,-3.2 to 1031.905081,-3.43 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 29 '→ host 3.06 MiB' at first 1095.36,-3.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 12 polygon from 1031.905081,-4.43 to 1046.0688,-4.43 to 1074.396238,-4.2 to 1060.232519,-4.2 to 1031.905081,-4.43 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 30 '→ host 177 MiB' at first 1095.36,-4.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 13 polygon from 1031.905081,-5.43 to 1046.0688,-5.43 to 1074.396238,-5.2 to 1060.232519,-5.2 to 1031.905081,-5.43 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 31 '→ host 32.2 MiB' at first 1095.36,-5.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 14 polygon from 1031.905081,-6.43 to 1046.0688,-6.43 to 1074.396238,-6.2 to 1060.232519,-6.2 to 1031.905081,-6.43 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 32 '→ host 35.2 MiB' at first 1095.36,-6.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set object 15 polygon from 1031.905081,-7.43 to 1046.0688,-7.43 to 1074.396238,-7.2 to 1060.232519,-7.2 to 1031.905081,-7.43 front fs solid 1 border lc rgb '#333333' fc rgb '#ffffff'
set label 33 '→ host 203 MiB' at first 1095.36,-7.315 offset character 0.8,0 left noenhanced font 'DejaVu Sans,8.5' textcolor rgb '#000000' front
set label 34 'host' at screen 0.15000,0.71476 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 35 'netns' at screen 0.15000,0.66094 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 36 'host' at screen 0.15000,0.63872 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 37 'tare -14 KiB' at screen 0.15000,0.61649 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 38 'container' at screen 0.15000,0.57378 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 39 'tare +171 KiB' at screen 0.15000,0.55156 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 40 'docker' at screen 0.15000,0.49774 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 41 'tare +3.46 MiB' at screen 0.15000,0.47552 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 42 'vm' at screen 0.15000,0.43281 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 43 'emulated (TCG)' at screen 0.15000,0.41059 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 44 'tare +179 MiB' at screen 0.15000,0.38837 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 45 'container-debian' at screen 0.15000,0.35677 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 46 'container' at screen 0.15000,0.33455 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 47 'tare +952 KiB' at screen 0.15000,0.31233 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 48 'docker-debian' at screen 0.15000,0.28073 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 49 'docker' at screen 0.15000,0.25851 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 50 'tare +1.87 MiB' at screen 0.15000,0.23628 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
set label 51 'vm-debian' at screen 0.15000,0.20469 right noenhanced font 'DejaVu Sans,11' textcolor rgb '#000000' front
set label 52 'vm, emulated (TCG)' at screen 0.15000,0.18247 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#555555' front
set label 53 'tare +202 MiB' at screen 0.15000,0.16024 right noenhanced font 'DejaVu Sans,9' textcolor rgb '#000000' front
S = 1024; cut = 1095.36; low = -1095.36 # one axis unit in base units; where bars are cut
clip(x) = x / S > cut ? cut : x / S < low ? low : x / S
inside(x) = x / S > cut || x / S < low ? NaN : x / S
pick(x, emulated, wanted) = emulated == wanted && x / S < cut ? x / S : NaN
plot 'memory.dat' index 0 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs pattern 4 border lc rgb '#333333' fc rgb '#0072B2', \
     'memory.dat' index 0 using (inside($3)):(-$1 + 0.345):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 1 using (inside($2)):(-$1 + 0.345) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 2 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 2 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.03):(-$1 + 0.22) with boxxyerror fs pattern 5 border lc rgb '#333333' fc rgb '#E69F00', \
     'memory.dat' index 2 using (inside($3)):(-$1 + 0.125):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 3 using (inside($2)):(-$1 + 0.125) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 4 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 4 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.19):(-$1 + 0) with boxxyerror fs pattern 6 border lc rgb '#333333' fc rgb '#56B4E9', \
     'memory.dat' index 4 using (inside($3)):(-$1 + -0.095):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 5 using (inside($2)):(-$1 + -0.095) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 6 using (pick($2, $6, 0)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs solid 1 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 6 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + -0.41):(-$1 + -0.22) with boxxyerror fs pattern 7 border lc rgb '#333333' fc rgb '#009E73', \
     'memory.dat' index 6 using (inside($3)):(-$1 + -0.315):(clip($4)):(clip($5)) with xerrorbars pt -1 lw 1.3 lc rgb '#000000', \
     'memory.dat' index 7 using (inside($2)):(-$1 + -0.315) with points pt 7 ps 0.55 lc rgb '#000000', \
     'memory.dat' index 8 using (pick($2, $6, 1)):(-$1):(clip($2)):(clip($3)):(-$1 + 0.25):(-$1 + 0.44) with boxxyerror fs transparent pattern 2 border lc rgb '#333333' fc rgb '#000000'
unset label
unset object
unset arrow
unset multiplot
unset output
if (pass < 2) reread
undefine pass
