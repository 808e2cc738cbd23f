package dev.tollgate.calls.replay;

import dev.tollgate.base.host.PrivateFiles;
import dev.tollgate.base.log.Event;
import dev.tollgate.calls.replay.Answers.KnownAnswer;
import dev.tollgate.storage.secrets.Seal;
import dev.tollgate.storage.secrets.SecretBox;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of the spools, one file for each response, named after its task. Thread-safe; blocks. */
public final class SpoolFolder {

    private static final Logger log = LoggerFactory.getLogger(SpoolFolder.class);

    /** The purpose under which spool keys are sealed. Must never change. */
    private static final String PURPOSE = "kept answers";

    private final Path folder;
    private final SecretBox.Purpose keys;
    private final SecureRandom random;
    private final boolean copies;

    /**
     * @param folder created if missing
     * @param copies whether small responses are copied for nodes with another folder
     */
    public SpoolFolder(Path folder, SecretBox box, SecureRandom random, boolean copies) throws IOException {
        this.folder = PrivateFiles.folder(folder);
        this.keys = box.purpose(PURPOSE);
        this.random = random;
        this.copies = copies;
    }

    @SuppressWarnings("resource") // the file that is returned owns the channel
    SpoolFile create(String taskId, SpoolHead head) throws IOException {
        FileChannel channel = PrivateFiles.open(
                folder.resolve(taskId),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ);
        try {
            byte[] key = newKey();
            return SpoolFile.write(channel, keys, taskId, key, new Seal(key, random), head);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private byte[] newKey() {
        byte[] key = new byte[Seal.KEY_BYTES];
        random.nextBytes(key);
        return key;
    }

    /** @throws IOException when it is not there, or not what was kept */
    @SuppressWarnings("resource") // the file that is returned owns the channel
    SpoolFile open(KnownAnswer known) throws IOException {
        FileChannel channel = FileChannel.open(folder.resolve(known.taskId()), StandardOpenOption.READ);
        try {
            return SpoolFile.read(channel, keys, known.taskId(), key -> new Seal(key, random), known);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Returns a copy of a complete response for other nodes; null if they share the folder, or if the response is too large. */
    byte @Nullable [] copy(SpoolFile file) throws IOException {
        return copies ? file.packed() : null;
    }

    /**
     * Makes the copy of a kept response from its file. Blocks.
     *
     * @return null if it would be too large
     * @throws IOException if the file is missing or differs from the kept response
     */
    byte @Nullable [] copy(KnownAnswer known) throws IOException {
        try (SpoolFile file = open(known)) {
            return file.packed();
        }
    }

    /** Opens a copy that another node has made. @throws IOException if it is not readable */
    PackedAnswer open(String taskId, byte[] copy) throws IOException {
        return SpoolFile.unpack(copy, keys, taskId, key -> new Seal(key, random));
    }

    /** Deletes spools. Open readers can continue. Ignores missing files. */
    public void delete(List<String> taskIds) {
        for (String taskId : taskIds) {
            try {
                Files.deleteIfExists(folder.resolve(taskId));
            } catch (IOException e) {
                log.warn(Event.SPOOL_FAILED, "a spool could not be deleted; the next start tries again", e);
            }
        }
    }

    /**
     * Deletes spools without a claim, which a crash left. A claim is durable before its spool is created, so this may run concurrently with calls.
     */
    public void deleteOrphans(Answers answers) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String taskId = file.getFileName().toString();
                if (!answers.isKnown(taskId)) {
                    delete(List.of(taskId));
                }
            }
        }
    }
}
