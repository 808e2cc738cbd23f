package dev.tollgate.answers;

import dev.tollgate.host.PrivateFiles;
import dev.tollgate.storage.SecretBox;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder that spools lie in, one file for each answer, named after its task. Thread-safe; blocks. */
public final class SpoolFolder {

    private static final Logger log = LoggerFactory.getLogger(SpoolFolder.class);

    private final Path folder;
    private final SecretBox box;
    private final SecureRandom random;

    /** @param folder is made where it is not there */
    public SpoolFolder(Path folder, SecretBox box, SecureRandom random) throws IOException {
        this.folder = PrivateFiles.folder(folder);
        this.box = box;
        this.random = random;
    }

    @SuppressWarnings("resource") // the file that is returned owns the channel
    SpoolFile create(String taskId, Head head) throws IOException {
        FileChannel channel = PrivateFiles.open(
                folder.resolve(taskId),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ);
        try {
            String key = newKey();
            return SpoolFile.write(channel, box, taskId, key, new SecretBox(key, random), head);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private String newKey() {
        byte[] key = new byte[SecretBox.KEY_CHARS / 2];
        random.nextBytes(key);
        return HexFormat.of().formatHex(key);
    }

    /** @throws IOException when it is not there, or not what was kept */
    @SuppressWarnings("resource") // the file that is returned owns the channel
    SpoolFile open(KnownAnswer known) throws IOException {
        FileChannel channel = FileChannel.open(folder.resolve(known.taskId()), StandardOpenOption.READ);
        try {
            return SpoolFile.read(channel, box, known.taskId(), key -> new SecretBox(key, random), known);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Whoever reads it can go on reading. Does nothing where there is none. */
    public void delete(List<String> taskIds) {
        for (String taskId : taskIds) {
            try {
                Files.deleteIfExists(folder.resolve(taskId));
            } catch (IOException e) {
                log.warn("a spool could not be deleted; the next start tries again", e);
            }
        }
    }

    /**
     * Deletes what nobody refers to: what a crash left. A claim is durable before its spool is made, so this may run beside calls.
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
