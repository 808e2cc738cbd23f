package dev.tollgate.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy on the loopback that demands credentials, accepts only CONNECT, and resolves host names that no other resolver has. */
public final class ConnectProxy implements AutoCloseable {

    private static final int HEAD_BYTES_MAX = 16 * 1024;

    private final String credentials;
    private final Map<String, Integer> ports;
    private final ServerSocket socket;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /**
     * @param credentials {@code user:password}
     * @param ports of this machine by {@code host:port}
     */
    public ConnectProxy(String credentials, Map<String, Integer> ports) {
        this.credentials = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        this.ports = ports;
        try {
            socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** Returns the first lines of all that was asked. */
    public List<String> asked() {
        return heads.stream().map(head -> head.lines().findFirst().orElse("")).toList();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket peer = socket.accept();
                open.add(peer);
                Thread.ofVirtual().start(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            String head = head(peer.getInputStream());
            heads.add(head);
            String[] words = head.split(" ", 3);
            Integer port = words.length < 2 ? null : ports.get(words[1]);
            boolean isKnown = head.lines()
                    .anyMatch(line -> line.toLowerCase(Locale.ROOT).startsWith("proxy-authorization: ")
                            && line.endsWith(credentials));
            if (!isKnown) {
                say(
                        peer,
                        "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0");
            } else if (port == null || !words[0].equals("CONNECT")) {
                say(peer, "502 Bad Gateway\r\nContent-Length: 0");
            } else {
                try (Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    open.add(far);
                    say(peer, "200 Connection established");
                    Thread.ofVirtual().start(() -> pump(far, peer));
                    peer.getInputStream().transferTo(far.getOutputStream());
                }
            }
        } catch (IOException gone) {
            // one of the two has left
        } finally {
            open.remove(peer);
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException gone) {
            // one of the two has left
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0 && head.length() < HEAD_BYTES_MAX; next = in.read()) {
            head.append((char) next);
            if (head.indexOf("\r\n\r\n", head.length() - 4) >= 0) {
                break;
            }
        }
        return head.toString();
    }

    private static void say(Socket peer, String status) throws IOException {
        OutputStream out = peer.getOutputStream();
        out.write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket each : open) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
