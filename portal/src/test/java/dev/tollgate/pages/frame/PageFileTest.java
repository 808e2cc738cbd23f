package dev.tollgate.pages.frame;

import static dev.tollgate.testing.Asserts.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

/** The header by which a browser names a download (RFC 6266). */
class PageFileTest {

    @Test
    void a_name_in_another_script_is_added_in_utf_8() {
        PageFile file = PageFile.csv("acc_1-calls.csv", pieces -> {});

        assertThat(file.disposition()).isEqualTo("attachment; filename=\"acc_1-calls.csv\"");
        String named = file.shownAs("北京-abc-calls.csv").disposition();
        assertThat(named)
                .isEqualTo(
                        "attachment; filename=\"acc_1-calls.csv\"; filename*=UTF-8''%E5%8C%97%E4%BA%AC-abc-calls.csv");
        assertThat(URI.create(named.replaceFirst(".*''", "")).getPath()).isEqualTo("北京-abc-calls.csv");
    }
}
