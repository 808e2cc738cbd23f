package dev.tollgate.storage;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Holds {@code tollgate.lock} in the data folder: two processes that both believe to be the only writer would lose money. */
final class DataLock implements AutoCloseable {

    private final FileChannel channel;

    private DataLock(FileChannel channel) {
        this.channel = channel;
    }

    /** @throws CannotOpen when another process, or another database of this process, holds it */
    @SuppressWarnings("resource") // the channel holds the lock and lives as long as it
    static DataLock take(Path folder) {
        Path file = file(folder);
        try {
            // Whoever may read it can hold it, too.
            PrivateFiles.file(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
            if (locked(channel)) {
                return new DataLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new CannotOpen("Cannot lock " + file + ": " + FileTrouble.of(e) + ".", e);
        }
        throw new CannotOpen("Another Tollgate is using the data folder " + folder
                + "; stop it, or name another folder with --data.");
    }

    static Path file(Path folder) {
        return folder.resolve("tollgate.lock");
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StoreUnavailable("the data lock was not released", e);
        }
    }
}
