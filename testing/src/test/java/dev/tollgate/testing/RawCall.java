package dev.tollgate.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A call over a bare socket, which its caller can leave at any point. */
public final class RawCall implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 60_000;
    /** Little, since what a caller does not read has to stay with the server; some, since a byte asked for alone costs a system call. */
    private static final int AHEAD_BYTES = 256;

    private final Socket socket;
    private final InputStream in;
    private final Seen seen = new Seen();

    private static final class Seen extends ByteArrayOutputStream {

        boolean endsWith(byte[] wanted) {
            int from = count - wanted.length;
            return from >= 0 && Arrays.equals(buf, from, count, wanted, 0, wanted.length);
        }
    }

    private RawCall(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), AHEAD_BYTES);
    }

    /** Sends a chat request and reads nothing yet. @param headers further lines, each with its end */
    static RawCall chat(int port, String key, String body, String headers) {
        return post(port, "/v1/chat/completions", key, body, headers);
    }

    /** Sends a request and reads nothing yet. */
    public static RawCall post(int port, String path, String key, String body) {
        return post(port, path, key, body, "");
    }

    private static RawCall post(int port, String path, String key, String body, String headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n" + headers
                + "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n";
        return sending(port, head + body);
    }

    /** Sends just this and reads nothing yet. */
    public static RawCall sending(int port, String text) {
        try {
            RawCall call = new RawCall(new Socket("127.0.0.1", port));
            call.socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            call.socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            call.socket.getOutputStream().flush();
            return call;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the head of a request and nothing of its body. @param headers further lines, each with its end */
    public static RawCall head(int port, String path, String key, String headers) {
        try {
            RawCall call = new RawCall(new Socket("127.0.0.1", port));
            call.socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            return call.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n"
                    + headers + "Content-Type: application/json\r\n\r\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends more. */
    public RawCall send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says that nothing more comes. */
    public RawCall shutOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until the other side closes; returns all that has come. */
    public String readToEnd() {
        try {
            seen.write(in.readAllBytes());
            return all();
        } catch (IOException e) {
            throw new UncheckedIOException("after: " + all(), e);
        }
    }

    /** Reads until the text has come, and not a byte more; returns all that has come so far. */
    public String readUntil(String text) {
        String before = all();
        return before.contains(text) ? before : readOn(text);
    }

    /** Looks at the end of what has come alone: to look through all of it at each byte takes seconds where much comes. */
    private String readOn(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try {
            do {
                int next = in.read();
                if (next < 0) {
                    throw new AssertionError("the answer ended before '" + text + "': " + all());
                }
                seen.write(next);
            } while (!seen.endsWith(wanted));
            return all();
        } catch (IOException e) {
            throw new UncheckedIOException("after: " + all(), e);
        }
    }

    /** Reads until the second text has come behind the first one. @return how many bytes have come so far */
    public int readThrough(String first, String second) {
        String all = readUntil(first);
        if (all.indexOf(second, all.indexOf(first)) < 0) {
            readOn(second);
        }
        return seen.size();
    }

    /** Reads what comes in this time. @return all that has come so far */
    public String readFor(int millis) {
        long end = System.nanoTime() + millis * 1_000_000L;
        try {
            for (long left = millis; left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                socket.setSoTimeout((int) left);
                int next = in.read();
                if (next >= 0) {
                    seen.write(next);
                }
            }
        } catch (SocketTimeoutException over) {
            // nothing more has come
        } catch (IOException e) {
            throw new UncheckedIOException("after: " + all(), e);
        }
        return restored();
    }

    private String restored() {
        try {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            return all();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads exactly so many further bytes. */
    public void read(int bytes) {
        try {
            byte[] next = in.readNBytes(bytes);
            seen.write(next);
            if (next.length < bytes) {
                throw new AssertionError("the answer ended: " + all());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("after: " + all(), e);
        }
    }

    private String all() {
        return seen.toString(StandardCharsets.UTF_8);
    }

    /** Breaks the connection off: a reset, as of a process that was killed with something unread, or of a proxy. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves without a word. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
