package dev.tollgate.http.engine;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP/1.1 by hand over a socket, so that no client library hides or repairs anything. */
final class RawClient implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 60_000;

    /** @param headers names in lower case; several values joined by a comma */
    record Answer(int status, Map<String, String> headers, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBytes the socket's receive buffer, 0 for the system's choice */
    RawClient(int port, int receiveBytes) throws IOException {
        this(port, receiveBytes, "127.0.0.1");
    }

    /** @param from the address that the server sees: any of 127.0.0.0/8 */
    RawClient(int port, int receiveBytes, String from) throws IOException {
        socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Says that nothing more comes. */
    RawClient shutOutput() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Returns whether something of a response has come. */
    boolean hasSome() throws IOException {
        return in.available() > 0;
    }

    /** Sends a request without a body. */
    Answer ask(String method, String target, String... headers) throws IOException {
        send(head(method, target, headers));
        return read(method);
    }

    /** Sends a request with a body of announced length, JSON unless a content type is given. */
    Answer post(String target, byte[] body, String... headers) throws IOException {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Length: " + body.length;
        send(head("POST", target, all));
        send(body);
        return read("POST");
    }

    static String head(String method, String target, String... headers) {
        StringBuilder text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("\r\n").toString();
    }

    Answer read() throws IOException {
        return read("GET");
    }

    Answer read(String method) throws IOException {
        Answer head = readHead();
        boolean bodiless = method.equals("HEAD") || head.status() == 204 || head.status() < 200;
        return bodiless ? head : new Answer(head.status(), head.headers(), readBody(head));
    }

    Answer readHead() throws IOException {
        String[] statusLine = line().split(" ", 3);
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (a, b) -> a + ", " + b);
        }
        return new Answer(Integer.parseInt(statusLine[1]), headers, new byte[0]);
    }

    private byte[] readBody(Answer head) throws IOException {
        if (head.header("transfer-encoding").equals("chunked")) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
                all.writeBytes(chunk);
            }
            return all.toByteArray();
        }
        String length = head.header("content-length");
        return length.isEmpty() ? in.readAllBytes() : in.readNBytes(Integer.parseInt(length));
    }

    /** One chunk of a chunked body; empty at its end. */
    byte[] readChunk() throws IOException {
        int size = Integer.parseInt(line(), 16);
        byte[] chunk = in.readNBytes(size);
        line();
        return chunk;
    }

    String line() throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended after '" + text + "'");
            }
            if (b != '\r') {
                text.write(b);
            }
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** True if the server has closed; waits for it. */
    boolean isClosedByServer() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    /** Reads so many bytes of a body. @return how many have come */
    int read(int bytes) throws IOException {
        return in.readNBytes(bytes).length;
    }

    /** Breaks the connection off. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Leaves without a word. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
