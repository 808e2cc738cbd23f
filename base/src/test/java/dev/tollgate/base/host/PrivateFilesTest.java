package dev.tollgate.base.host;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {

    @TempDir
    Path folder;

    @Test
    void a_file_system_without_permissions_is_used_as_it_is() throws IOException {
        URI archive = URI.create("jar:" + folder.resolve("files.zip").toUri());
        try (FileSystem without = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            assertThat(without.supportedFileAttributeViews()).doesNotContain("posix");
            Path data = PrivateFiles.folder(without.getPath("/installations/data"));
            PrivateFiles.folder(data);
            Path file = data.resolve("file");
            PrivateFiles.file(file);
            PrivateFiles.file(file);
            PrivateFiles.closeOwn(file);
            assertThat(PrivateFiles.isOpen(file)).isFalse();
            assertThat(PrivateFiles.fileBeside(file, "made", "")).exists();
            try (FileChannel channel =
                    PrivateFiles.open(data.resolve("other"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[1]));
            }
            assertThat(Files.size(data.resolve("other"))).isEqualTo(1);
        }
    }
}
