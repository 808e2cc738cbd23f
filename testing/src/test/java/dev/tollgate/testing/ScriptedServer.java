package dev.tollgate.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream on the loopback that does byte by byte what a test says; each request is answered by the next script. */
public final class ScriptedServer implements AutoCloseable {

    public interface Script {
        void answer(Exchange exchange) throws Exception;
    }

    public record Request(String head, String body) {}

    private final ServerSocket socket;
    private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();

    public ScriptedServer() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    public ScriptedServer then(Script script) {
        scripts.add(script);
        return this;
    }

    public Request request() throws InterruptedException {
        Request request = requests.poll(60, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request came");
        }
        return request;
    }

    public int connections() {
        return connections.get();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket peer = socket.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            InputStream in = new BufferedInputStream(peer.getInputStream(), 1_024);
            Request request = read(in);
            while (request != null) {
                requests.add(request);
                scripts.take().answer(new Exchange(peer));
                request = peer.isClosed() ? null : read(in);
            }
        } catch (Exception over) {
            // The peer has gone, or the script has cut it off: what came of it is for the test to say.
        }
    }

    private static Request read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            head.append((char) b);
        }
        String text = head.toString();
        int length = 0;
        for (String line : text.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return new Request(text, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    /** One request to answer. */
    public static final class Exchange {
        private final Socket peer;
        private final OutputStream out;

        Exchange(Socket peer) throws IOException {
            this.peer = peer;
            this.out = new BufferedOutputStream(peer.getOutputStream());
        }

        public Exchange raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            return flush();
        }

        public Exchange flush() throws IOException {
            out.flush();
            return this;
        }

        /** A whole answer with a status and a body. */
        public Exchange status(String status, String body) throws IOException {
            int length = body.getBytes(StandardCharsets.UTF_8).length;
            return raw("HTTP/1.1 " + status + "\r\ncontent-length: " + length + "\r\n\r\n" + body);
        }

        /** Leaves together with what follows, so that no pause can come between them. */
        public Exchange head(String... headers) throws IOException {
            StringBuilder head = new StringBuilder(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        /** Events as one chunk. */
        public Exchange events(String... json) throws IOException {
            StringBuilder text = new StringBuilder();
            for (String one : json) {
                text.append("data: ").append(one).append("\r\n\r\n");
            }
            return chunk(text.toString());
        }

        public Exchange chunk(String text) throws IOException {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            return raw(Integer.toHexString(length) + "\r\n" + text + "\r\n");
        }

        /** Bytes as one chunk; they may be part of a character. */
        public Exchange bytes(byte[] bytes) throws IOException {
            out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(bytes);
            return raw("\r\n");
        }

        public Exchange end() throws IOException {
            return raw("0\r\n\r\n");
        }

        public void reset() throws IOException {
            out.flush();
            peer.setSoLinger(true, 0);
            peer.close();
        }

        public void close() throws IOException {
            out.flush();
            peer.close();
        }

        /** Waits for the peer to leave. @return whether it did within a minute */
        public boolean left() throws IOException {
            peer.setSoTimeout(60_000);
            try {
                return peer.getInputStream().read() < 0;
            } catch (java.net.SocketTimeoutException stillThere) {
                return false;
            } catch (IOException reset) {
                return true;
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
