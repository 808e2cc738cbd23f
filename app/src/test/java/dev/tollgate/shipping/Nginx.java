package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A real nginx with our file, on a port of its own, in a folder of its own. */
public final class Nginx implements AutoCloseable {

    private static final String SERVER = "    server 127.0.0.1:8080 max_fails=2 fail_timeout=5s;\n";

    private final Process process;
    private final int port;
    private final Path output;

    private Nginx(Process process, int port, Path output) {
        this.process = process;
        this.port = port;
        this.output = output;
    }

    /** Whether nginx takes the file. */
    static void check(String program, Path folder, String file) throws IOException, InterruptedException {
        Tool.run(
                        program,
                        "-t",
                        "-p",
                        folder.toString(),
                        "-c",
                        around(folder, file).toString())
                .isGood();
    }

    /** Starts it with the file that is shipped, for servers that announce their stop for two seconds. @param servers their ports */
    public static Nginx before(Path folder, int... servers) throws IOException {
        String shipped = Files.readString(Path.of("deploy/nginx/tollgate.conf"));
        String shorter = shipped.replace("keepalive_timeout 10s;", "keepalive_timeout 1s;");
        return start(Tool.named("nginx"), folder, shorter, servers);
    }

    /** @param servers the ports that stand where the file says that Tollgate is */
    static Nginx start(String program, Path folder, String file, int... servers) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        // A small system buffer, so that nginx cannot hand unread bytes to the system.
        String here = file.replace("listen 80;", "listen 127.0.0.1:" + port + " sndbuf=16k;")
                .replace(
                        SERVER,
                        IntStream.of(servers)
                                .mapToObj(server -> SERVER.replace("8080", Integer.toString(server))
                                        .replace("=5s", "=1s"))
                                .collect(Collectors.joining()));
        assertThat(here).doesNotContain(SERVER);
        Path whole = around(folder, here);
        Path output = folder.resolve("output");
        Process process = Tool.builder(folder, Map.of(), program, "-p", folder.toString(), "-c", whole.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Nginx nginx = new Nginx(process, port, output);
        Gateway.await("nginx", nginx::answers);
        return nginx;
    }

    private static Path around(Path folder, String file) throws IOException {
        return Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid %1$s/pid;
                error_log stderr warn;
                events {}
                http {
                access_log off;
                client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;
                uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                %2$s
                }
                """.formatted(folder, file));
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Its warnings, with all that is worse. */
    String said() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
