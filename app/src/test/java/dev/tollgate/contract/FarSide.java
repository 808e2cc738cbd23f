package dev.tollgate.contract;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An upstream that answers every POST with the same bytes, cut into HTTP chunks at given places. A chunk reaches the reader as a piece of its
 * own even if several arrive in one packet, so the cuts are exact.
 */
final class FarSide implements AutoCloseable {

    private static final byte[] HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile byte[] answer = {};

    FarSide() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** @param cuts positions in the bytes, ascending, each above 0 and below their number */
    void answers(byte[] bytes, int... cuts) {
        answers(HEAD, bytes, cuts);
    }

    /** Answers every POST with these compressed bytes. */
    void answersPacked(byte[] bytes, int... cuts) {
        String head =
                new String(HEAD, StandardCharsets.US_ASCII).replace("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n");
        answers(head.getBytes(StandardCharsets.US_ASCII), bytes, cuts);
    }

    private void answers(byte[] head, byte[] bytes, int... cuts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 64 * (cuts.length + 1));
        out.writeBytes(head);
        int from = 0;
        for (int cut : cuts) {
            chunk(out, bytes, from, cut);
            from = cut;
        }
        chunk(out, bytes, from, bytes.length);
        out.writeBytes(END);
        answer = out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, byte[] bytes, int from, int to) {
        out.writeBytes((Integer.toHexString(to - from) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes, from, to - from);
        out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the test has ended
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (readRequest(in)) {
                out.write(answer);
            }
        } catch (IOException gone) {
            // the caller has left, as callers do
        } finally {
            open.remove(socket);
        }
    }

    /** @return false where the caller has closed */
    private static boolean readRequest(InputStream in) throws IOException {
        int length = 0;
        String line = line(in);
        if (line.isEmpty()) {
            return false;
        }
        while (!line.isEmpty()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
            line = line(in);
        }
        in.skipNBytes(length);
        return true;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.US_ASCII).strip();
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
        threads.close();
    }
}
