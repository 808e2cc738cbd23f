package dev.tollgate.operator.cli;

import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of the control socket {@code tollgate.sock} in the data folder: a connection asks one thing. Whoever may open
 * the socket may do everything; so it belongs to the server's user alone. The owner of the data lock may start it: a socket that
 * a killed server has left is replaced.
 */
public final class ControlSocket implements AutoCloseable {

    static final String NAME = "tollgate.sock";

    private static final Logger log = LoggerFactory.getLogger(ControlSocket.class);
    private static final int AT_ONCE_MAX = 8;

    /** A full backlog refuses instead of letting wait. */
    private static final int BACKLOG = 128;

    private static final Duration CONNECTION_TIME = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIME = Duration.ofSeconds(5);

    private final Path file;
    private final ServerSocketChannel server;
    private final Administration administration;
    private final ControlCodec codec = new ControlCodec();
    private final Set<ControlLine> reading = ConcurrentHashMap.newKeySet();
    private final Semaphore free = new Semaphore(AT_ONCE_MAX);

    private ControlSocket(Path file, ServerSocketChannel server, Administration administration) {
        this.file = file;
        this.server = server;
        this.administration = administration;
    }

    /** @param dataFolder must exist, its lock be ours */
    public static ControlSocket start(Path dataFolder, Administration administration) throws IOException {
        Path file = dataFolder.resolve(NAME);
        ControlSocket socket = new ControlSocket(file, listen(dataFolder, file), administration);
        Thread.ofVirtual().name("control-socket").start(Fatal.lasting("the control socket", socket::acceptUntilClosed));
        return socket;
    }

    // Bound in a folder that nobody else may enter, made private, then moved into place: at no moment can others
    // connect.
    private static ServerSocketChannel listen(Path dataFolder, Path file) throws IOException {
        Path folder = Files.createTempDirectory(dataFolder, ".control");
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try (ControlPath path = ControlPath.of(folder, NAME)) {
            server.bind(path.address(), BACKLOG);
            Path bound = folder.resolve(NAME);
            PrivateFiles.closeOwn(bound);
            Files.move(bound, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return server;
        } catch (IOException e) {
            server.close();
            Files.deleteIfExists(folder.resolve(NAME));
            throw e;
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    private void acceptUntilClosed() {
        while (server.isOpen()) {
            free.acquireUninterruptibly();
            try {
                serve(server.accept());
            } catch (IOException e) {
                free.release();
                pauseUnlessClosed(e);
            }
        }
    }

    // Too many open files, for example: it may pass.
    private void pauseUnlessClosed(IOException e) {
        if (server.isOpen()) {
            log.warn("The control socket cannot accept: {}", e.toString());
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void serve(SocketChannel channel) {
        Thread.ofVirtual().name("control-connection").start(() -> {
            try (ControlLine line = new ControlLine(channel, CONNECTION_TIME)) {
                reading.add(line);
                if (!server.isOpen() && reading.remove(line)) {
                    return; // close() may have looked before the line was there
                }
                byte[] request = line.read();
                if (reading.remove(line)) {
                    line.write(answer(request));
                }
            } catch (IOException e) {
                log.debug("A control connection has ended early: {}", e.toString());
            } finally {
                reading.removeIf(ControlLine::isClosed);
                free.release();
            }
        });
    }

    private byte[] answer(byte[] request) {
        try {
            return codec.done(codec.readRequest(request).on(administration));
        } catch (Refused e) {
            return codec.refused(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            Fatal.check(e);
            log.error("A command over the control socket has failed", e);
            return codec.refused("The server has failed at this; its log says more.");
        }
    }

    /** Lets running commands end, a few seconds at most. */
    @Override
    public void close() throws IOException {
        if (!server.isOpen()) {
            return;
        }
        server.close();
        Files.deleteIfExists(file);
        closeThoseThatHaveNotAsked();
        try {
            if (!free.tryAcquire(AT_ONCE_MAX, CLOSE_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("A command over the control socket was still running at the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeThoseThatHaveNotAsked() throws IOException {
        for (ControlLine line : List.copyOf(reading)) {
            if (reading.remove(line)) {
                line.close();
            }
        }
    }
}
