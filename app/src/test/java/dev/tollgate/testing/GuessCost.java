package dev.tollgate.testing;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What a flood of made-up keys costs: CPU of the whole process, clients included, for each request with a random key, against the same
 * flood of keys that are none by their form. Arguments: {@code sqlite} or {@code postgresql}, how many keys there are, requests of a
 * round, rounds. Both floods come over the same kept connections, in turns; the difference between the medians is the price.
 */
public final class GuessCost {

    private static final int CONNECTIONS = 4;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private GuessCost() {}

    public static void main(String[] args) throws Exception {
        int requests = Integer.parseInt(args[2]);
        try (Gateway gateway =
                Gateway.startOn(args[0].equals("sqlite") ? Stores.SQLITE : Stores.POSTGRESQL, "demo.credits", "1")) {
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                gateway.customer("0");
            }
            List<Double> others = new ArrayList<>();
            List<Double> unknown = new ArrayList<>();
            for (int round = 0; round < Integer.parseInt(args[3]); round++) {
                others.add(round(gateway.app().port(), "xx-", requests, round));
                unknown.add(round(gateway.app().port(), "sk-", requests, round));
                System.out.printf(
                        Locale.ROOT,
                        "round %d: any other 401 %.1f, unknown keys %.1f us of CPU%n",
                        round,
                        others.getLast(),
                        unknown.getLast());
            }
            System.out.printf(
                    Locale.ROOT,
                    "median: any other 401 %.1f, unknown keys %.1f us of CPU: %.1f more%n",
                    median(others),
                    median(unknown),
                    median(unknown) - median(others));
        }
        System.exit(0);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static double round(int port, String start, int requests, int seed) throws InterruptedException {
        long before = SYSTEM.getProcessCpuTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            SplittableRandom random = new SplittableRandom(seed * 31L + i);
            threads.add(Thread.ofPlatform().start(() -> ask(port, start, requests / CONNECTIONS, random)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return (SYSTEM.getProcessCpuTime() - before) / 1000.0 / requests;
    }

    private static void ask(int port, String start, int requests, SplittableRandom random) {
        byte[] secret = new byte[32];
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < requests; i++) {
                random.nextBytes(secret);
                String key = start + HexFormat.of().formatHex(secret);
                socket.getOutputStream()
                        .write(("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                int status = readAnswer(in);
                if (status != 401 && status != 429) {
                    throw new IllegalStateException("answered " + status);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int readAnswer(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).substring(9, 12));
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed");
            }
            if (b != '\r') {
                text.append((char) b);
            }
        }
        return text.toString();
    }
}
