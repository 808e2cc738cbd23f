package dev.tollgate.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The yardstick: nginx in one process as a plain proxy of the same upstream bytes. */
final class Nginx {
    private static final List<String> PLACES =
            List.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx");

    /** Compiled-in temporary folders belong to root; each module that is there gets one of ours. */
    private static final Map<String, String> MODULES = Map.of(
            "proxy", "--without-http_proxy_module",
            "fastcgi", "--without-http_fastcgi_module",
            "uwsgi", "--without-http_uwsgi_module",
            "scgi", "--without-http_scgi_module");

    private Nginx() {}

    static Optional<Path> find() {
        return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
    }

    static Process start(Children children, Path binary, String cpus, Path directory, int port, int mockPort)
            throws IOException {
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(configuration, configuration(directory, about(binary), port, mockPort));
        return children.start(
                "nginx",
                cpus,
                List.of(binary.toString(), "-p", directory.toString(), "-c", configuration.toString()),
                Map.of(),
                false);
    }

    /** What {@code nginx -V} prints: the version, then the options it was built with. */
    static String about(Path binary) throws IOException {
        Process process = new ProcessBuilder(binary.toString(), "-V")
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** For the results: its version, or that it was left out. */
    static String version(RunOptions options) throws IOException {
        Optional<Path> binary = options.nginx() ? find() : Optional.empty();
        return binary.isPresent() ? version(binary.get()) : "left out";
    }

    static String version(Path binary) throws IOException {
        return about(binary).lines().findFirst().orElse("").replaceFirst("nginx version: ", "");
    }

    private static String configuration(Path directory, String about, int port, int mockPort) {
        return """
                daemon off;
                master_process off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log stderr error;
                events { worker_connections 16384; }
                http {
                  access_log off;
                %2$s
                  keepalive_requests 1000000000;
                  upstream mock {
                    server 127.0.0.1:%4$d;
                    keepalive 1024;
                    keepalive_requests 1000000000;
                  }
                  server {
                    listen 127.0.0.1:%3$d;
                    location / {
                      proxy_pass http://mock;
                      proxy_http_version 1.1;
                      proxy_set_header Connection "";
                      proxy_buffering off;
                    }
                  }
                }
                """.formatted(directory, temporaryFolders(directory, about), port, mockPort);
    }

    private static String temporaryFolders(Path directory, String about) {
        Stream<String> built = MODULES.entrySet().stream()
                .filter(module -> !about.contains(module.getValue()))
                .map(Map.Entry::getKey)
                .sorted();
        return Stream.concat(Stream.of("client_body"), built)
                .map(module -> "  " + module + "_temp_path " + directory + "/nginx-" + module + ";")
                .collect(Collectors.joining("\n"));
    }
}
