/* wire.h - the control channel between harness and agent, and the ports of the agent's network ends.
 * The only header of the harness that workloads/ may include, beside sha256.h.
 *
 * Text lines, at most WIRE_LINE bytes with the newline, ASCII, values percent-encoded (space, %, =,
 * control bytes and everything from 0x7f on).
 *   agent -> harness, first:  "tare-agent 1 boot_id=<id> pid=<n>\n"   (its first byte is boot.init)
 *   harness -> agent:         "<seq> <verb> [key=value]...\n"
 *   agent -> harness:         "<seq> ok [key=value]...\n"  or  "<seq> error <message>\n"
 * One answer for each request, in order, seq counting from 1. EOF or an unreadable line from the harness
 * means that it died: the agent kills its children and ends (PID 1 of a VM powers off).
 *
 * An error's message is the rest of the line: spaces stay, control bytes, % and 0x7f on are encoded.
 * Unknown requests and keys are answered with an error.
 *
 * Requests
 *   modules              VM: loads /tare/modules/ *.ko in byte order of their names; count=. Asked for or not,
 *                        it happens once, at the latest with root or net, and never before the hello
 *   root device=/dev/vda fstype=ext4   VM: mounts it read-only, with proc, sys, dev and tmp (and run, where
 *                        there is such a folder) inside; the workload then runs chrooted there
 *   net if=eth0 address=A prefix=N [gateway=G]   VM: configures a link, and lo; answers mac= mtu=
 *   arg value=V          appends to the command's argv; for a verb, a key=value argument
 *   env value=K=V        appends to its environment, which holds nothing else but a standard PATH if none is set
 *   start verb=V|command=1 ready=agent|tcp|http|line [port=] [path=] [text=] [send=] [expect=] [timeout_ms=]
 *                        starts the workload; answered when it is ready: ok pid= how= ; or error. agent: a verb
 *                        says so itself, a command counts once it has been executed. how: agent, exec, line,
 *                        listen (the port was tried when the workload called listen(2)), poll (tried every ms:
 *                        listen(2) could not be watched). tcp with send and expect: the answer to what is sent
 *                        begins with what is expected. With tcp and http the workload runs with
 *                        no_new_privs and a seccomp filter of one rule. It dies before: error "workload ended
 *                        with status N before it was ready: <last output>"
 *   meminfo              total= free= available= cached= buffers= anon= shmem= slab= stacks= tables= percpu=
 *                        vmalloc= (B, /proc/meminfo inside), percpu_free= (B on per-CPU free lists, /proc/zoneinfo)
 *   payload              pss= uss= rss= anon= shmem= processes=    (B; anon, shmem: parts of pss) of the workload's own processes: all that is neither
 *                        agent, network end, kernel thread nor zombie (plain child: only the agent's
 *                        descendants); an error before it was started and once it has ended
 *   census [names=1]     user= kernel= pool= payload= threads= [names=a,b,..] processes the agent can see (plain
 *                        child: itself and its descendants), itself and network ends counted in user; pool: kernel
 *                        threads named kworker* and (udev-worker) processes of a whole system, which come and go, not counted in kernel and user; threads:
 *                        those of user processes beyond the main ones; a comma in a name becomes _, kernel threads: [name]
 *   facts                the equivalence aspects as seen from inside (one key each): cpus cpus_online mem_total
 *                        kernel clocksource mtu (of eth0, or none) env (SHA-256 of the workload's, sorted)
 *                        limits uid capabilities seccomp seccomp_filters no_new_privs fds (what the agent found
 *                        open, the channel not counted) agent payload (SHA-256 of the programs) init (name of
 *                        PID 1)
 *   listen kind=sink|source|echo|udp   forks a network end (one connection at a time); ok port= when it listens
 *   result kind=sink [omit=<ns>]   bytes= ns= bytes_all= connections=  of the last finished connection: payload
 *                        counted after the omitted part, and in all; an error if it omitted another time. The sink closes after it has noted them, so a
 *                        sender that waits for the end of the connection finds them here
 *   result kind=udp      datagrams= address= port= ttl=  of the last datagram that came: where it said it came from
 *   unlisten             ends all network ends
 *   connect kind=K address=A ns=N [omit=N] [rate=R]   connects out to another agent's ends and answers when it is over; K:
 *                        send, receive (one stream for omit + ns: bytes= ns= bytes_all= as counted here), rr (8 bytes
 *                        there and back: n= p50= p99=, ns), connects (opened, used once, closed: n= ns=),
 *                        udp-send, udp-receive (datagrams at R a second, 0 = as fast as the socket takes them: sent=
 *                        by the sender, received= and ns= by the receiver, ttl= they were sent with)
 *   link if=NAME         what a link of its network namespace is: mac= mtu= driver= tso= gso= gro= checksum= (0 or 1)
 *                        tx_queues= rx_queues=; a key that the driver does not tell is missing
 *   grow [mib=N] [count=K]   adds a known weight to the agent itself: N MiB of memory with contents that cannot be
 *                        folded, K child processes
 *   shrink               takes all of it away again
 * The experiments of the argument
 *   address step=begin value=V [shared=1] | step=read | step=end   two processes write V and V+1 at one virtual
 *                        address (their own memory, or with shared=1 the same) and live until the end; read: address=
 *                        wrote0= read0= wrote1= read1=
 *   identity             hostname= kernel= boot_id= pid1= (name@start) mac= cpus= mem_total= dmi=, "none" for what is
 *                        not there
 *   blob [hex=H]         keeps these bytes behind those it has: size=; without hex it forgets them
 *   module [name=N]      loaded= errno= error= removed=   without a name: init_module(2) with an image that no kernel
 *                        takes (EPERM or ENOSYS: no right or no way; ENOEXEC: it would have been taken); with a name
 *                        (VM only): loads the blob and takes N out again
 *   virtual promise=B touch=B [steps=K] [device=D]   swap_total= points=TOUCHED:RESIDENT:SWAPPED,..  a process maps so
 *                        much and touches a part in K steps, the first point before it; device (VM only): swap on that
 *                        disk first; promise=0: nothing else
 *   virtual32            granted= touched= resident=  a 32-bit process maps until it is refused; or refused=WHY
 *   work step=begin [supervised=1] | step=count | step=freeze | step=thaw | step=end   a process makes system calls
 *                        without a pause; count: count= ns= (monotonic, inside); supervised: they pass a supervisor, which
 *                        freeze stops and thaw lets go on
 *   stop                 SIGTERM to the workload, SIGKILL after 1 s (and at once to what it leaves behind); ok
 *                        status= (exit status, or 128 + signal)
 *   poweroff             answers ok, then ends (VM: powers off)
 */
#ifndef TARE_WIRE_H
#define TARE_WIRE_H

/* Where a whole system in a container finds its channel: a socket that the harness listens at. */
#define WIRE_SERVICE "/tare/channel"
#define WIRE_VERSION 1
#define WIRE_HELLO "tare-agent 1"
#define WIRE_LINE 4096
#define WIRE_FD 3 /* the control channel in host and container */
#define WIRE_TTY "/dev/ttyS1" /* in a VM */
#define WIRE_SOCKET "/tare/control" /* in a container of an engine, which hands on no descriptor */

#define WIRE_PORT_SINK 7001
#define WIRE_PORT_SOURCE 7002
#define WIRE_PORT_ECHO 7003
#define WIRE_PORT_UDP 7004
#define WIRE_PORT_HTTP 8080

/* A datagram of the end udp, 64 B of payload, little endian. DATA is counted. END asks how many came, ENDED tells it
 * (count, and ns from the first to the last). ASK asks the end to send for ns at count datagrams a second (0 = as fast as
 * they are taken), and then END, whose count is how many it sent. A series is one number, new each time. */
#define WIRE_UDP_DATA 1
#define WIRE_UDP_END 2
#define WIRE_UDP_ENDED 3
#define WIRE_UDP_ASK 4
#define WIRE_TTL 64 /* they leave with */
struct wire_datagram {
	unsigned long kind, series, count, ns;
	unsigned char rest[32];
};

/* A connection to the sink starts with 8 bytes, little endian: nanoseconds to omit before counting.
 * One to the source: the same 8 bytes are read and ignored, then it sends until the peer closes. */
#define WIRE_PREAMBLE 8

/* The built-in http workload: GET /small (64 B) and /large (WIRE_LARGE bytes), HTTP/1.1 keep-alive. */
#define WIRE_SMALL 64
#define WIRE_LARGE (64L * 1024 * 1024)

/* Takes percent-encoding away in place. -1 for a broken escape or an encoded NUL: s is then spoilt. */
int wire_decode(char *s);

#endif
