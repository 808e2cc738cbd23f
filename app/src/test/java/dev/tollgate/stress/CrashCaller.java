package dev.tollgate.stress;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One call over a bare socket, and what its caller can say of it afterwards. One thread. */
final class CrashCaller {

    private static final Pattern CHARGE = Pattern.compile("\"credits_consumed\":([0-9.]+)");
    private static final Pattern CODE = Pattern.compile("\"(?:error_)?code\":\"([a-z_]+)\"");
    private static final Pattern TASK = Pattern.compile("\"id\":\"(?:chatcmpl-|msg_|resp_)([A-Za-z0-9]+)\"");
    private static final int PATIENCE_MILLIS = 30_000;

    enum Ending {
        /** A JSON body to its last byte, or a stream to its last event. */
        WHOLE,
        /** An error, as a status or in the stream. */
        REFUSED,
        /** It was the caller that left. */
        LEFT,
        /** The connection broke, or was never made. */
        LOST,
        /** An answer that ended in order and yet is not whole: always wrong. */
        MUTILATED
    }

    /**
     * @param taskId as far as it was seen, else empty
     * @param error the code of the error, else empty
     * @param chargeMicros as the answer said; only where it is whole
     * @param replayed whether the answer says that another request has asked for it
     * @param text the body as far as it came; of calls with an Idempotency-Key only
     */
    record Heard(
            CallPlan plan,
            Ending ending,
            int status,
            String error,
            String taskId,
            long chargeMicros,
            boolean replayed,
            String text) {

        /** For messages: without the body. */
        @Override
        public String toString() {
            return "call " + plan.number() + " " + ending + " " + status + " " + error + " " + taskId;
        }
    }

    private final CallPlan plan;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final long leaveNanos;
    private int status;
    private long bodyBytes = -1;
    private boolean over;
    private boolean replayed;
    private String taskId = "";

    private CrashCaller(CallPlan plan) {
        this.plan = plan;
        this.leaveNanos = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(
                        plan.leaveAfterMillis() == 0 ? PATIENCE_MILLIS : plan.leaveAfterMillis());
    }

    static Heard call(CallPlan plan, int port, String key) {
        return new CrashCaller(plan).run(port, key);
    }

    private Heard run(int port, String key) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            socket.getOutputStream().write(request(key));
            readAll(socket, new BufferedInputStream(socket.getInputStream()));
            return heard(Ending.MUTILATED);
        } catch (SocketTimeoutException e) {
            return heard(Ending.LEFT);
        } catch (IOException e) {
            return heard(Ending.LOST);
        }
    }

    private byte[] request(String key) {
        String body = plan.body();
        return ("POST " + plan.door().path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Type: application/json\r\nConnection: close\r\n"
                        + (plan.isKeyed() ? "Idempotency-Key: " + plan.mark() + "\r\n" : "")
                        + "Content-Length: " + body.length()
                        + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** @param otherwise how it has ended, where what was read does not show it */
    private Heard heard(Ending otherwise) {
        String read = text.toString(StandardCharsets.UTF_8);
        boolean isWhole = status == 200
                && (plan.stream() ? plan.door().streamEnd.matcher(read).find() : over);
        boolean isError = over && (status >= 400 || read.contains("event: error\n"));
        Matcher charge = CHARGE.matcher(read);
        Matcher code = CODE.matcher(read);
        Matcher task = TASK.matcher(read);
        return new Heard(
                plan,
                isWhole ? Ending.WHOLE : isError ? Ending.REFUSED : otherwise,
                status,
                code.find() ? code.group(1) : "",
                task.find() ? "chatcmpl-" + task.group(1) : taskId,
                isWhole
                        ? charge.results()
                                .map(its -> new BigDecimal(its.group(1))
                                        .movePointRight(6)
                                        .longValueExact())
                                .reduce(-1L, (_, last) -> last)
                        : -1,
                replayed,
                plan.isKeyed() ? read : "");
    }

    // ---- as little of HTTP/1.1 as a caller can do with ----

    private void readAll(Socket socket, InputStream in) throws IOException {
        boolean chunked = readHead(socket, in);
        if (chunked) {
            readChunks(socket, in);
        } else {
            readBytes(socket, in, bodyBytes);
        }
        over = true;
    }

    private boolean readHead(Socket socket, InputStream in) throws IOException {
        status = Integer.parseInt(line(socket, in).split(" ")[1]);
        boolean chunked = false;
        for (String line = line(socket, in); !line.isEmpty(); line = line(socket, in)) {
            String lower = line.toLowerCase(Locale.ROOT);
            chunked |= lower.equals("transfer-encoding: chunked");
            replayed |= lower.equals("idempotent-replayed: true");
            if (lower.startsWith("x-tollgate-task-id:")) {
                taskId = line.substring(19).strip();
            }
            if (lower.startsWith("content-length:")) {
                bodyBytes = Long.parseLong(lower.substring(15).strip());
            }
        }
        return chunked;
    }

    private void readChunks(Socket socket, InputStream in) throws IOException {
        for (int size = chunkSize(socket, in); size > 0; size = chunkSize(socket, in)) {
            readBytes(socket, in, size);
            line(socket, in);
        }
        line(socket, in);
    }

    private static String asLine(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.US_ASCII).strip();
    }

    private int chunkSize(Socket socket, InputStream in) throws IOException {
        return Integer.parseInt(line(socket, in), 16);
    }

    private void readBytes(Socket socket, InputStream in, long count) throws IOException {
        for (long i = 0; i < count; i++) {
            text.write(next(socket, in));
        }
    }

    private String line(Socket socket, InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = next(socket, in); b != '\n'; b = next(socket, in)) {
            line.write(b);
        }
        return asLine(line);
    }

    private int next(Socket socket, InputStream in) throws IOException {
        if (in.available() == 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(leaveNanos - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("enough");
            }
            socket.setSoTimeout((int) left);
        }
        int next = in.read();
        if (next < 0) {
            throw new IOException("the connection ended");
        }
        return next;
    }
}
