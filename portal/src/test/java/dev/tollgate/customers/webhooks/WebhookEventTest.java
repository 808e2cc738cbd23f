package dev.tollgate.customers.webhooks;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.customers.roles.MemberEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WebhookEventTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[a-z_.`, ]+`) \\| ([^|]+) \\| ([^|]+) \\|$");

    @Test
    void the_documentation_lists_each_event_with_the_members_of_its_data() throws IOException {
        String doc = Files.readString(Path.of("docs/organizations.md"));
        List<MatchResult> rows = ROW.matcher(doc.substring(doc.indexOf("\n## Webhooks")))
                .results()
                .toList();
        for (WebhookEvent event : WebhookEvent.values()) {
            String data = rows.stream()
                    .filter(row -> row.group(1).contains("`" + event.text() + "`"))
                    .map(row -> row.group(3))
                    .findFirst()
                    .orElse("");
            assertThat(ApiJson.MAPPER.readTree(event.example(Instant.EPOCH)).propertyNames())
                    .as(event.text())
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(data).contains(name));
        }
    }

    @Test
    void each_event_of_the_log_is_one_of_webhooks() {
        assertThat(Arrays.stream(MemberEvent.values()).map(event -> WebhookEvent.of(event.webhookName())))
                .doesNotContainNull();
    }
}
