package dev.tollgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The catalogue the gateway runs with: one entry for each kind of answer, its id the upstream's model too. */
final class ModelsFile {
    private ModelsFile() {}

    static Path write(Path file) throws IOException {
        StringBuilder text = new StringBuilder("models:\n");
        for (Kind kind : Kind.values()) {
            text.append(entry(kind));
        }
        return Files.writeString(file, text);
    }

    private static String entry(Kind kind) {
        return """
                  - id: %1$s
                    upstream: %1$s
                    active: true
                    limits: {context: 1048576, output: 65536}
                    prices: {input: 160, output: 960}
                """.formatted(kind.model());
    }
}
