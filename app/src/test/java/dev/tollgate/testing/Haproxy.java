package dev.tollgate.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HAProxy with the configuration that is shipped, before servers of a test. */
public final class Haproxy implements AutoCloseable {

    private static final Path SHIPPED = Path.of("deploy/haproxy/haproxy.cfg");

    private final Process process;
    private final int port;
    private final Path log;

    private Haproxy(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** Whether it is installed here. */
    public static boolean isThere() {
        try {
            Process version = new ProcessBuilder("haproxy", "-v")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectErrorStream(true)
                    .start();
            return version.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What it says of the configuration that is shipped; empty where nothing is wrong. */
    public static String complaints() throws IOException, InterruptedException {
        Process check = new ProcessBuilder("haproxy", "-q", "-c", "-f", SHIPPED.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes());
        return check.waitFor() == 0 && said.isEmpty() ? "" : said + " (" + check.exitValue() + ")";
    }

    /**
     * Starts HAProxy and returns when it listens.
     *
     * @param folder the folder for its configuration, which is the shipped file with other ports
     * @param one the address of a server, which may start later
     * @param two the address of the other server
     */
    public static Haproxy before(Path folder, int one, int two) {
        try {
            int port = freePort();
            String shipped = Files.readString(SHIPPED);
            String changed = shipped.replace("bind :80\n", "bind 127.0.0.1:" + port + "\n")
                    .replace("127.0.0.1:8081", "127.0.0.1:" + one)
                    .replace("127.0.0.1:8082", "127.0.0.1:" + two);
            Path file = Files.writeString(folder.resolve("haproxy.cfg"), changed);
            Path log = folder.resolve("haproxy.log");
            Process process = new ProcessBuilder(List.of("haproxy", "-db", "-f", file.toString()))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Gateway.await("HAProxy", () -> !process.isAlive() || listens(port));
            if (!process.isAlive()) {
                throw new IllegalStateException(Files.readString(log));
            }
            return new Haproxy(process, port, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** Returns when it has noticed that a server takes no calls. @param server one or two */
    public void awaitDown(String server) {
        Gateway.await("HAProxy to notice", () -> {
            try {
                return Files.readString(log).contains("Server tollgate/" + server + " is DOWN");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
