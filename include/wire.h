/* wire.h - the control channel between harness and agent, and the ports of the agent's network ends.
 * The only header of the harness that workloads/ may include.
 *
 * Text lines, at most WIRE_LINE bytes with the newline, ASCII, values percent-encoded (space, %, =,
 * control bytes and everything from 0x7f on).
 *   agent -> harness, first:  "tare-agent 1 boot_id=<id> pid=<n>\n"   (its first byte is boot.init)
 *   harness -> agent:         "<seq> <verb> [key=value]...\n"
 *   agent -> harness:         "<seq> ok [key=value]...\n"  or  "<seq> error <message>\n"
 * One answer for each request, in order, seq counting from 1. EOF or an unreadable line from the harness
 * means that it died: the agent kills its children and ends (PID 1 of a VM powers off).
 *
 * Requests
 *   net if=eth0 address=A prefix=N [gateway=G]   configures a link (VM only); answers mac= mtu=
 *   arg value=V          appends to the workload's argv
 *   env value=K=V        appends to its environment
 *   start verb=V|command=1 ready=agent|tcp|http|line [port=] [path=] [text=]
 *                        forks the workload; answered when it is ready: ok pid= ; or error
 *   meminfo              total= free= available= cached= anon= slab=        (B, /proc/meminfo inside)
 *   payload              pss= uss= rss= processes=       of the workload's own processes
 *   census [names=1]     user= kernel= payload= threads= [names=a,b,..] processes the agent can see, itself counted
 *                        in user
 *   facts                the equivalence aspects as seen from inside (one key each)
 *   listen kind=sink|source|echo   forks a network end; ok port=   when it listens
 *   result kind=sink [omit=<ns>]   bytes= ns=   the last finished connection: payload counted after the omitted part
 *   unlisten             ends all network ends
 *   stop                 SIGTERM to the workload, SIGKILL after 1 s; ok status=
 *   poweroff             answers ok, then ends (VM: powers off)
 */
#ifndef TARE_WIRE_H
#define TARE_WIRE_H

#define WIRE_VERSION 1
#define WIRE_HELLO "tare-agent 1"
#define WIRE_LINE 4096
#define WIRE_FD 3 /* the control channel in host and container */
#define WIRE_TTY "/dev/ttyS1" /* and in a VM */

#define WIRE_PORT_SINK 7001
#define WIRE_PORT_SOURCE 7002
#define WIRE_PORT_ECHO 7003
#define WIRE_PORT_HTTP 8080

/* A connection to the sink starts with 8 bytes, little endian: nanoseconds to omit before counting.
 * One to the source: the same 8 bytes are read and ignored, then it sends until the peer closes. */
#define WIRE_PREAMBLE 8

/* The built-in http workload: GET /small (64 B) and /large (WIRE_LARGE bytes), HTTP/1.1 keep-alive. */
#define WIRE_SMALL 64
#define WIRE_LARGE (64L * 1024 * 1024)

#endif
