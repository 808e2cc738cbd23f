package dev.tollgate.upstreams.media;

import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.base.log.Event;
import dev.tollgate.http.limits.Shares;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where media lie while their call runs: small ones in memory, those above {@value #MEMORY_EACH_MAX} bytes, and all where the memory
 * for them is used up, in files. Memory and files are shared by account as they are wanted. A file loses its name as soon as it is open,
 * so that nothing of it is left when the process ends. Thread-safe.
 */
public final class MediaSpool {

    private static final Logger log = LoggerFactory.getLogger(MediaSpool.class);

    /** The size above which media are written to a file (D29). */
    static final int MEMORY_EACH_MAX = 1 << 20;

    /** The limit of all media in memory. */
    private static final long MEMORY_ALL_MAX = 64L << 20;

    private final Path folder;
    private final long bytesMax;
    private final Shares fileBytes;
    private final Shares memoryBytes = new Shares(MEMORY_ALL_MAX);
    private final AtomicLong names = new AtomicLong();
    private final Object freed = new Object();
    private final Disk disk;

    /** The bytes that the answers under way may still write. */
    private final AtomicLong announced = new AtomicLong();

    /** The answer that takes more than there is. */
    private @Nullable MadeFiles beyond;

    /** The bytes that the disk of the folder has left. */
    @FunctionalInterface
    interface Disk {
        long free() throws IOException;
    }

    private MediaSpool(Path folder, long bytesMax, Disk disk) {
        this.disk = disk;
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.fileBytes = new Shares(bytesMax);
    }

    /**
     * Makes the folder, and empties it of what a file system without such files has left.
     *
     * @param bytesMax of all files together
     */
    public static MediaSpool open(Path folder, long bytesMax) throws IOException {
        PrivateFiles.folder(folder);
        return open(folder, bytesMax, Files.getFileStore(folder)::getUsableSpace);
    }

    static MediaSpool open(Path folder, long bytesMax, Disk disk) throws IOException {
        try (DirectoryStream<Path> old = Files.newDirectoryStream(folder)) {
            for (Path file : old) {
                Files.delete(file);
            }
        }
        return new MediaSpool(folder, bytesMax, disk);
    }

    /**
     * Announces bytes that an answer may write, before it is asked for: an answer that finds no room is paid for and thrown away. Blocks.
     *
     * @return false if the disk has no room for them and for what others have announced
     */
    boolean announce(long bytes) {
        long all = Math.min(announced.addAndGet(bytes), bytesMax);
        long free = 0;
        try {
            free = disk.free();
        } catch (IOException e) {
            log.warn(Event.SPOOL_FAILED, "the disk of {} cannot be asked for its room", folder, e);
        }
        if (free >= all) {
            return true;
        }
        announced.addAndGet(-bytes);
        log.warn(
                Event.DISK_FULL,
                "the disk of {} has {} bytes free, calls that make images or speech need {}: they are refused until there is room",
                folder,
                free,
                all);
        return false;
    }

    /** Takes back bytes that have been written or are not needed. */
    void takeBack(long bytes) {
        announced.addAndGet(-bytes);
    }

    /** Returns the present bytes in files. */
    public long fileBytes() {
        return fileBytes.taken();
    }

    /** Returns the present bytes in memory. */
    public long memoryBytes() {
        return memoryBytes.taken();
    }

    boolean takeMemory(String accountId, long bytes) {
        return memoryBytes.take(accountId, bytes);
    }

    void giveMemory(String accountId, long bytes) {
        memoryBytes.give(accountId, bytes);
    }

    /** @throws NoRoom where the files are full, or the account's share of them is */
    void takeFile(String accountId, long bytes) throws NoRoom {
        if (!fileBytes.take(accountId, bytes)) {
            throw new NoRoom(
                    "media take %d of the %d bytes that they may (media.spool-bytes), of which an account may have as much as is left"
                            .formatted(fileBytes.taken(), bytesMax),
                    null);
        }
    }

    /** Returns the most that a file takes before it begins: several have room. */
    long partMax() {
        return bytesMax / 4;
    }

    /**
     * Takes room for a file, and waits as long as there is none. One answer at a time, if it has files already, may exceed the room: otherwise answers that
     * share all the room might wait for each other. Blocks.
     *
     * @return how much was taken
     */
    long awaitFile(String accountId, long bytes, MadeFiles answer, boolean hasSome) throws InterruptedException {
        synchronized (freed) {
            while (!fileBytes.take(accountId, bytes)) {
                if (hasSome && (beyond == null || beyond == answer)) {
                    beyond = answer;
                    return 0;
                }
                freed.wait();
            }
            return bytes;
        }
    }

    void isOver(MadeFiles answer) {
        synchronized (freed) {
            if (beyond == answer) {
                beyond = null;
                freed.notifyAll();
            }
        }
    }

    void giveFile(String accountId, long bytes) {
        synchronized (freed) {
            fileBytes.give(accountId, bytes);
            freed.notifyAll();
        }
    }

    FileChannel newFile() throws IOException {
        Path file = folder.resolve("medium-" + names.incrementAndGet());
        FileChannel channel = PrivateFiles.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.READ);
        try {
            Files.delete(file);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
