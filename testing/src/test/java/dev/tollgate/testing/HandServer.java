package dev.tollgate.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP server by hand, on one address of the loopback: what it answers is written byte by byte, what it is sent is never whole in memory. */
public final class HandServer implements AutoCloseable {

    public interface Answering {
        void answer(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    /** @param body ends where its length says */
    public record Request(
            String method, String target, Map<String, String> headers, InputStream body, InputStream connection) {

        public String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /** Returns when the other side has left. */
        public void awaitDeparture() throws IOException {
            connection.transferTo(OutputStream.nullOutputStream());
        }

        /** All of the body. */
        public byte[] read() throws IOException {
            return body.readAllBytes();
        }
    }

    private final ServerSocket server;
    private final Answering answering;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();

    public HandServer(Answering answering) {
        this("127.0.0.1", 0, answering);
    }

    /** @param port 0: any free one */
    public HandServer(String address, int port, Answering answering) {
        this.answering = answering;
        try {
            this.server = new ServerSocket(port, 200, InetAddress.getByName(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url() {
        return "http://" + server.getInetAddress().getHostAddress() + ":" + port();
    }

    /** Since the start. */
    public int connections() {
        return connections.get();
    }

    /** Now. */
    public int openConnections() {
        return open.size();
    }

    public static void reply(OutputStream out, int status, String headers, byte[] body) throws IOException {
        String head = "HTTP/1.1 " + status + " X\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    public static void reply(OutputStream out, int status, String headers, String body) throws IOException {
        reply(out, status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the test has ended
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            OutputStream out = socket.getOutputStream();
            for (Request request = read(in); request != null; request = read(in)) {
                answering.answer(request, out);
                request.body().skip(Long.MAX_VALUE);
            }
        } catch (IOException | InterruptedException gone) {
            // the other side has left, or the script has: what came of it is for the test to say
        } finally {
            open.remove(socket);
        }
    }

    private static Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        String[] parts = first.split(" ");
        long length = Long.parseLong(headers.getOrDefault("content-length", "0"));
        return new Request(parts[0], parts[1], headers, new Body(in, length), in);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static final class Body extends FilterInputStream {
        private long left;

        Body(InputStream in, long left) {
            super(in);
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = super.read(target, offset, (int) Math.min(count, left));
            if (read < 0) {
                throw new IOException("the other side has left");
            }
            left -= read;
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            byte[] rest = new byte[64 * 1024];
            long skipped = 0;
            for (int read = read(rest, 0, rest.length); read >= 0; read = read(rest, 0, rest.length)) {
                skipped += read;
            }
            return skipped;
        }

        @Override
        public int available() {
            return 0;
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : Set.copyOf(open)) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
        threads.close();
    }
}
