package dev.tollgate.base.host;

import static dev.tollgate.testing.Asserts.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class FileTroubleTest {

    @Test
    void a_refusal_by_the_system_names_the_user() {
        assertThat(FileTrouble.of(new AccessDeniedException("/var/lib/tollgate/tollgate.lock")))
                .isEqualTo("the user " + System.getProperty("user.name") + " may not do that");
    }

    @Test
    void what_the_system_says_itself_stays() {
        assertThat(FileTrouble.of(new FileSystemException("/data", null, "Read-only file system")))
                .isEqualTo("Read-only file system");
        assertThat(FileTrouble.of(new IOException("too many links"))).isEqualTo("too many links");
    }
}
