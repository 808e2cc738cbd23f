package dev.tollgate.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway as attackers and their victim see it, each call on a connection of its own.
 *
 * @param pid of its process
 * @param rich keys of accounts with credits, each its own
 * @param poor keys of accounts without
 * @param shared keys of one more account with credits
 * @param manager a management key of an account without credits
 */
record Besieged(int port, long pid, List<String> rich, List<String> poor, List<String> shared, String manager) {

    private static final int ANSWER_MILLIS_MAX = 120_000;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    Socket connect() throws IOException {
        return connect("127.0.0.1");
    }

    /** @param from one of this machine's own addresses, of which IPv4 has sixteen million */
    Socket connect(String from) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0);
        socket.setSoTimeout(ANSWER_MILLIS_MAX);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** The status of the answer, which is read to its end; a word where there is none. */
    String get(String path, String key) {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                    + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return status(socket);
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    /** One of its metrics. @param name with its labels */
    long figure(String name) {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer to a call, with its head. @throws IllegalStateException unless it is a 200 */
    String answer(byte[] head, byte[] body) {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(head);
            socket.getOutputStream().write(body);
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new IllegalStateException(
                        "what the attack needs was answered " + answer.lines().findFirst());
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the status of the credits and, if that is 200, the status of a page: an attack that delays customers delays both. */
    String creditsAndPage() {
        String credits = get("/v1/credits", Main.KEY);
        return credits.equals("200") ? get("/sign-in", "") : credits;
    }

    static byte[] head(String path, String key, String headers, int length) {
        return ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Type: application/json\r\nConnection: close\r\n" + headers + "Content-Length: "
                        + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** The status of the answer, which is read to its end; a word where there is none. */
    String post(String path, String key, String headers, byte[] body) {
        try (Socket socket = connect()) {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(head(path, key, headers, body.length));
                out.write(body);
                out.flush();
            } catch (IOException refusedMeanwhile) {
                // what it has to say may be there all the same
            }
            return status(socket);
        } catch (IOException e) {
            return e.getClass().getSimpleName();
        }
    }

    static String status(Socket socket) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        String line = in.readLine();
        if (line == null) {
            return "closed";
        }
        in.transferTo(java.io.Writer.nullWriter());
        return line.split(" ", 3)[1];
    }

    /** What lives on its heap. */
    long heapMegabytes() {
        jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        return used.find() ? Long.parseLong(used.group(1)) / 1024 : -1;
    }

    private String jcmd(String command) {
        String jcmd = java.nio.file.Path.of(System.getProperty("java.home"), "bin", "jcmd")
                .toString();
        try {
            Process process = new ProcessBuilder(jcmd, Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
