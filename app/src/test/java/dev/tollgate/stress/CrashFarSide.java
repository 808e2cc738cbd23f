package dev.tollgate.stress;

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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The upstream of all trials: answers each call as its plan says, and keeps what it has sent. An event counts as sent before it is written, so
 * no caller can have received more than is kept here.
 */
final class CrashFarSide implements AutoCloseable {

    private static final Pattern MARK = Pattern.compile("call (\\d+)-(\\d+)\\.");
    private static final byte[] HEAD =
            ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    private static final byte[] BUSY = ascii("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    private static final byte[] END = ascii("0\r\n\r\n");

    /** What was said in answer to one call, all attempts together. */
    static final class Said {
        final AtomicInteger attempts = new AtomicInteger();
        final AtomicInteger events = new AtomicInteger();
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, CallPlan> plans = new ConcurrentHashMap<>();
    private final Map<String, Said> said = new ConcurrentHashMap<>();

    CrashFarSide() {
        try {
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    void expect(CallPlan plan) {
        plans.put(plan.mark(), plan);
    }

    int eventsSaid(CallPlan plan) {
        Said known = said.get(plan.mark());
        return known == null ? 0 : known.events.get();
    }

    int attempts(CallPlan plan) {
        Said known = said.get(plan.mark());
        return known == null ? 0 : known.attempts.get();
    }

    /** Between trials. */
    void forget() {
        plans.clear();
        said.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the trials are over
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean more = true;
            while (more) {
                String body = readBody(in);
                more = body != null && answer(body, socket);
            }
        } catch (IOException gone) {
            // the gateway has left, or was killed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether the connection goes on */
    private boolean answer(String body, Socket socket) throws IOException, InterruptedException {
        Matcher mark = MARK.matcher(body);
        CallPlan plan = mark.find() ? plans.get(mark.group()) : null;
        if (plan == null) {
            return false;
        }
        Said told = said.computeIfAbsent(plan.mark(), _ -> new Said());
        boolean first = told.attempts.incrementAndGet() == 1;
        OutputStream out = socket.getOutputStream();
        if (first && plan.fault() == CallPlan.Fault.BUSY_FIRST) {
            out.write(BUSY);
            return true;
        }
        out.write(HEAD);
        if (first && plan.fault() == CallPlan.Fault.RESET_FIRST) {
            return reset(socket);
        }
        return answer(plan, told, socket, out);
    }

    private static boolean answer(CallPlan plan, Said told, Socket socket, OutputStream out)
            throws IOException, InterruptedException {
        for (int index = 0; index < plan.eventsSent(); index++) {
            if (plan.gapMillis() > 0) {
                Thread.sleep(plan.gapMillis());
            }
            if (plan.door() == CallPlan.Door.IMAGES) {
                told.events.updateAndGet(said -> Math.min(plan.events(), said + 1));
            } else {
                told.events.accumulateAndGet(index + 1, Math::max);
            }
            out.write(chunk(plan.event(index)));
        }
        if (plan.fault() == CallPlan.Fault.RESET_MIDWAY) {
            return reset(socket);
        }
        out.write(END);
        return true;
    }

    private static boolean reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        return false;
    }

    private static byte[] chunk(String text) {
        return ascii(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** @return null where the other side has closed */
    private static String readBody(InputStream in) throws IOException {
        int length = 0;
        String line = line(in);
        if (line.isEmpty()) {
            return null;
        }
        while (!line.isEmpty()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
            line = line(in);
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
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
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
        threads.close();
    }
}
