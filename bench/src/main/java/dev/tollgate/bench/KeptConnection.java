package dev.tollgate.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection that is kept: requests without a body, answers with a {@code Content-Length}. One thread at a time. */
final class KeptConnection implements AutoCloseable {

    private static final int HEAD_CHARS_MAX = 8_192;

    /** Several thousand of them are open at once. */
    private static final int BUFFER_BYTES = 1_024;

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private final Socket socket;
    private final InputStream in;

    KeptConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    }

    static String get(String path, String authorization) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + (authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n") + "\r\n";
    }

    void send(String requests) throws IOException {
        socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * The status of the next answer, which is read to its end.
     *
     * @throws EOFException where the connection ends before it
     */
    String status() throws IOException {
        String head = head();
        Matcher length = LENGTH.matcher(head);
        if (!length.find()) {
            throw new ProtocolException("an answer without its length");
        }
        in.skipNBytes(Long.parseLong(length.group(1)));
        return head.substring(0, head.indexOf('\r')).split(" ", 3)[1];
    }

    private String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (!endsWithEmptyLine(head)) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            if (head.append((char) next).length() > HEAD_CHARS_MAX) {
                throw new ProtocolException("an answer's head does not end");
            }
        }
        return head.toString();
    }

    private static boolean endsWithEmptyLine(StringBuilder head) {
        int length = head.length();
        return length >= 4
                && head.charAt(length - 1) == '\n'
                && head.charAt(length - 2) == '\r'
                && head.charAt(length - 3) == '\n';
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
