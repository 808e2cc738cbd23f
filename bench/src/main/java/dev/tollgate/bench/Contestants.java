package dev.tollgate.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The servers that the gateway is compared with, each in front of the same mock and on the same processors. One that the machine does not
 * have and that cannot be brought is left out, and the run says so. What is brought stays in {@code bench/target}.
 */
final class Contestants {
    static final String NGINX = "nginx";
    static final String SPRING = "spring-cloud-gateway";
    static final String PORTKEY = "portkey";
    static final String PORTKEY_VERSION = "1.15.2";

    private static final String PORTKEY_PACKAGE = "@portkey-ai/gateway";
    private static final int BRING_MINUTES = 10;
    private static final int LISTEN_SECONDS = 60;
    private static final int POLL_MILLIS = 50;

    private final Children children;
    private final RunOptions options;
    private final Path directory;
    private final Rig rig;
    private final PrintStream out;

    /** @param directory of this run alone */
    Contestants(Children children, RunOptions options, Path directory, Rig rig, PrintStream out) {
        this.children = children;
        this.options = options;
        this.directory = directory;
        this.rig = rig;
        this.out = out;
    }

    Optional<Server> nginx() throws IOException {
        Optional<Path> binary = options.nginx() ? Nginx.find() : Optional.empty();
        if (binary.isEmpty()) {
            out.println(options.nginx() ? "nginx is not installed: left out" : "nginx: left out, as asked");
            return Optional.empty();
        }
        int port = Gateway.freePort();
        Process process = Nginx.start(children, binary.get(), options.gatewayCpus(), directory, port, rig.mockPort());
        return Optional.of(new Server(NGINX, process.pid(), port, Protocol.GEMINI, Server.NOT_ASKED));
    }

    /** Passes the mock's bytes through, as nginx does. */
    Optional<Server> springCloudGateway() throws IOException, InterruptedException {
        Path module = Main.home().resolve(SPRING);
        Path jar = Main.home().resolve("target").resolve(SPRING).resolve("proxy.jar");
        List<String> maven = List.of(
                "mvn",
                "-q",
                "-B",
                "-DskipTests",
                "-f",
                module.resolve("pom.xml").toString(),
                "package");
        if (!isNewer(jar, module) && !bring("Spring Cloud Gateway", "Maven", SPRING, maven)) {
            return Optional.empty();
        }
        int port = Gateway.freePort();
        List<String> command = List.of(
                Jvm.java(),
                "-jar",
                jar.toString(),
                "--server.port=" + port,
                "--bench.upstream=http://" + LoadPhase.HOST + ":" + rig.mockPort());
        return started("Spring Cloud Gateway", SPRING, command, Map.of(), port, Protocol.GEMINI);
    }

    /** Translates between OpenAI's protocol and Gemini's, without accounts. */
    Optional<Server> portkey() throws IOException, InterruptedException {
        Path folder = Main.home().resolve("target").resolve(PORTKEY);
        Path gateway = folder.resolve("node_modules").resolve(PORTKEY_PACKAGE);
        List<String> npm = List.of(
                "npm",
                "install",
                "--prefix",
                folder.toString(),
                "--no-save",
                "--no-package-lock",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                PORTKEY_PACKAGE + "@" + PORTKEY_VERSION);
        Files.createDirectories(folder);
        if (!isPortkey(gateway) && !bring("Portkey", "npm", PORTKEY, npm)) {
            return Optional.empty();
        }
        int port = Gateway.freePort();
        List<String> command = List.of(
                "node",
                "--require",
                Main.home().resolve(PORTKEY).resolve("loopback.cjs").toString(),
                gateway.resolve("build").resolve("start-server.js").toString(),
                "--headless",
                "--port=" + port);
        return started("Portkey", PORTKEY, command, Map.of("NODE_ENV", "production"), port, Protocol.PORTKEY);
    }

    private static boolean isPortkey(Path gateway) throws IOException {
        Path about = gateway.resolve("package.json");
        return Files.exists(about) && Files.readString(about).contains("\"version\": \"" + PORTKEY_VERSION + "\"");
    }

    private static boolean isNewer(Path jar, Path module) throws IOException {
        if (Files.notExists(jar)) {
            return false;
        }
        List<Path> sources;
        try (Stream<Path> files = Files.walk(module)) {
            sources = files.filter(Files::isRegularFile).toList();
        }
        for (Path source : sources) {
            if (Files.getLastModifiedTime(source).compareTo(Files.getLastModifiedTime(jar)) > 0) {
                return false;
            }
        }
        return true;
    }

    private boolean bring(String who, String by, String name, List<String> command) throws InterruptedException {
        out.println("bringing " + who + " by " + by + ", which happens once");
        String log = name + "-install";
        Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
        try {
            Process process = children.start(log, options.loadCpus(), command, environment, false);
            if (process.waitFor(BRING_MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0) {
                return true;
            }
            process.destroyForcibly();
        } catch (UncheckedIOException missing) {
            out.println(missing.getCause().getMessage());
        }
        out.println(who + " is left out: " + by + " could not bring it; see " + children.log(log));
        return false;
    }

    private Optional<Server> started(
            String who, String name, List<String> command, Map<String, String> environment, int port, Protocol protocol)
            throws InterruptedException {
        try {
            Process process = children.start(name, options.gatewayCpus(), command, environment, false);
            Server server = new Server(name, process.pid(), port, protocol, Server.NOT_ASKED);
            if (listens(process, port) && rig.answers(server)) {
                return Optional.of(server);
            }
            process.destroyForcibly();
        } catch (UncheckedIOException missing) {
            out.println(missing.getCause().getMessage());
        }
        out.println(who + " is left out: it does not run here, or not answer; see " + children.log(name));
        return Optional.empty();
    }

    private static boolean listens(Process process, int port) throws InterruptedException {
        long begin = System.nanoTime();
        while (process.isAlive() && System.nanoTime() - begin < LISTEN_SECONDS * 1_000_000_000L) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(LoadPhase.HOST, port));
                return true;
            } catch (IOException notYet) {
                Thread.sleep(POLL_MILLIS);
            }
        }
        return false;
    }

    /** Those that are there, the gateway first. */
    List<Server> all(Server gateway) throws IOException, InterruptedException {
        List<Server> servers = new ArrayList<>(List.of(gateway));
        nginx().ifPresent(servers::add);
        if (options.others()) {
            springCloudGateway().ifPresent(servers::add);
            portkey().ifPresent(servers::add);
        } else {
            out.println("Spring Cloud Gateway, Portkey: left out, as asked");
        }
        return servers;
    }
}
