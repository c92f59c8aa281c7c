#!/usr/bin/env python3
"""hostile-http.py LOG [CERT KEY]: an HTTP server on a free loopback port (printed) whose path says how it behaves:
/STATUS answers it, /flaky fails once and then takes all, /lost takes it and never says so, then says 409."""
import socket, ssl, sys, threading, time
log = open(sys.argv[1], "a")
seen = set()
def answer(c, status, body=b"", more=""):
    c.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{more}Connection: close\r\n\r\n".encode() + body)
def serve(c):
    head = b""
    while b"\r\n\r\n" not in head:
        got = c.recv(65536)
        if not got: return
        head += got
    head, body = head.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    headers = {l.split(":", 1)[0].lower(): l.split(":", 1)[1].strip() for l in lines[1:]}
    while len(body) < int(headers.get("content-length", 0)): body += c.recv(65536)
    path = lines[0].split()[1].strip("/")
    log.write(f"{path} {headers.get('idempotency-key')} {headers.get('authorization')}\n"); log.flush()
    first = path not in seen
    seen.add(path)
    if path == "silent": time.sleep(20)
    elif path == "reset": c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    elif path == "drip":
        c.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n")
        for i in range(20): time.sleep(1); c.sendall(b"x")
    elif path in ("endless", "headers"):
        c.sendall(b"HTTP/1.1 200 X\r\n" + (b"\r\n" if path == "endless" else b""))
        while True: c.sendall(b"X-A: 12345678\r\n" * 1000)
    elif path == "redirect": answer(c, 302, more="Location: file:///etc/passwd\r\n")
    elif path == "html": answer(c, 200, b"<html>log in</html>", "Content-Type: text/html\r\n")
    elif path == "429": answer(c, 429, more="Retry-After: 86400\r\n")
    elif path == "flaky": answer(c, 503 if first else 204)
    elif path == "lost":
        if first: time.sleep(20)
        else: answer(c, 409)
    else: answer(c, int(path))
def one(c):
    try: serve(c)
    except OSError: pass
    c.close()
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
while True:
    c, _ = s.accept()
    if len(sys.argv) > 2:
        try: c = context.wrap_socket(c, server_side=True)
        except OSError: continue
    threading.Thread(target=one, args=(c,), daemon=True).start()
