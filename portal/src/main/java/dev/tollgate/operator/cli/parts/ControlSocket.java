package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The place of the control socket: {@code tollgate.sock} in the data folder. Whoever may open it is the operator, so it belongs to the server's
 * user alone.
 */
public final class ControlSocket {

    static final String NAME = "tollgate.sock";

    private ControlSocket() {}

    /** Listens on a socket. */
    @FunctionalInterface
    public interface Binding {
        void bind(UnixDomainSocketAddress address) throws IOException;
    }

    /**
     * Binds the server's socket in a folder that other users cannot enter, makes it private and moves it into place, where it replaces the
     * socket of a killed server. Other users can never connect.
     *
     * @param dataFolder exists and is locked by this process
     */
    public static void open(Path dataFolder, Binding binding) throws IOException {
        Path folder = Files.createTempDirectory(dataFolder, ".control");
        Path bound = folder.resolve(NAME);
        try (ControlPath path = ControlPath.of(folder, NAME)) {
            binding.bind(path.address());
            PrivateFiles.closeOwn(bound);
            Files.move(
                    bound,
                    dataFolder.resolve(NAME),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(bound);
            Files.deleteIfExists(folder);
        }
    }

    /** Takes the socket away, before its server stops listening. */
    public static void close(Path dataFolder) throws IOException {
        Files.deleteIfExists(dataFolder.resolve(NAME));
    }
}
