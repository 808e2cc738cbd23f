package dev.tollgate.operator.cli.parts;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A name of something in the data folder that a Unix socket can have: the kernel takes about 100 bytes. A longer one is reached
 * through a symbolic link in a folder of our own, which exists as long as this object is open.
 */
final class ControlPath implements AutoCloseable {

    /** 104 on macOS, 108 on Linux, with the closing zero. */
    private static final int PATH_BYTES_MAX = 100;

    private final Path path;
    private final @Nullable Path link;

    private ControlPath(Path path, @Nullable Path link) {
        this.path = path;
        this.link = link;
    }

    static ControlPath of(Path folder, String name) throws IOException {
        return of(folder, name, PATH_BYTES_MAX);
    }

    static ControlPath of(Path folder, String name, int bytesMax) throws IOException {
        Path direct = folder.toAbsolutePath().resolve(name);
        if (direct.toString().getBytes(StandardCharsets.UTF_8).length <= bytesMax) {
            return new ControlPath(direct, null);
        }
        // Created with mode 0700: other users cannot replace the link.
        Path link = Files.createTempDirectory("tollgate").resolve("d");
        Files.createSymbolicLink(link, folder.toAbsolutePath());
        return new ControlPath(link.resolve(name), link);
    }

    UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(path);
    }

    @Override
    public void close() throws IOException {
        if (link != null) {
            Files.deleteIfExists(link);
            Path folder = link.getParent();
            if (folder != null) {
                Files.deleteIfExists(folder);
            }
        }
    }
}
