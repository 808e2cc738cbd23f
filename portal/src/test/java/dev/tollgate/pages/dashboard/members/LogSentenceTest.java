package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import dev.tollgate.customers.roles.AccountLog;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogSentenceTest {

    private static final LogSentence WORDS = new LogSentence(
            Map.of(
                    "per_1",
                    "Mia",
                    "mem_2",
                    "Tom",
                    "team_1",
                    "Research",
                    "key_1",
                    "ci tests",
                    "inv_1",
                    "ana@example.org"),
            ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "budget.set | team_1 | | {'month':3900} | Mia set the budget of team Research to 3,900 credits ($19.50) a month.",
                "budget.set | each_member | {'day':5} | {'day':7} | Mia set the budget of each member to 7 credits ($0.04) a day.",
                "budget.set | account | | {'month':0} | Mia set the budget of the organization to 0 credits ($0.00) a month.",
                "budget.set | mem_2 | {'month':5} | {'month':'unlimited'} | Mia set the budget of Tom to unlimited a month.",
                "budget.set | team_1 | {'month':5} | {'month':null} | Mia removed the monthly budget of team Research.",
                "key.create | key_1 | | {'id':'key_1','name':'ci tests'} | Mia made the key ci tests.",
                "key.change | key_1 | {'spend':{'day':null,'total':2}} | {'spend':{'day':300,'total':2}} |"
                        + " Mia limited the key ci tests to 300 credits ($1.50) a day.",
                "key.change | key_1 | {'expires_at':1796342400} | {'expires_at':null} | Mia set the key ci tests to never expire.",
                "key.change | key_1 | {'expires_at':null} | {'expires_at':1796342400} |"
                        + " Mia set the key ci tests to expire on 4 Dec 2026.",
                "key.change | key_1 | {'name':'a','models':[]} | {'name':'ci tests','models':['m']} |"
                        + " Mia changed the key ci tests: models, name.",
                "team.member | team_1 | | {'member':'mem_2','role':'member'} | Mia added Tom to the team Research.",
                "team.member | team_1 | {'member':'mem_2','role':'member'} | | Mia removed Tom from the team Research.",
                "team.member | team_1 | {'member':'mem_2','role':'member'} | {'member':'mem_2','role':'admin'} |"
                        + " Mia made Tom admin of the team Research.",
                "member.role | mem_2 | {'role':'viewer'} | {'role':'admin'} | Mia changed the role of Tom from viewer to admin.",
                "invitation.create | inv_1 | | {'role':'admin'} | Mia invited ana@example.org as admin.",
                "invitation.create | inv_2 | | {'role':'admin'} | Mia invited someone as admin.",
                "payment.begin | pay_1 | | {'dollars':'25'} | Mia began a payment of $25.",
                "something.new | thing_1 | | {'a':1} | Mia changed thing_1 (something.new).",
            })
    void a_row_is_a_sentence_with_names_and_amounts(
            String action, String subject, @Nullable String before, @Nullable String after, String sentence) {
        assertThat(WORDS.of(new AccountLog.Line(
                        1, Instant.EPOCH, "per_1", null, action, subject, json(before), json(after))))
                .isEqualTo(sentence);
    }

    @Test
    void a_management_key_that_acted_says_that_it_is_one() {
        assertThat(WORDS.who("key_1")).isEqualTo("Key ci tests");
        assertThat(WORDS.who("per_1")).isEqualTo("Mia");
    }

    private static @Nullable String json(@Nullable String text) {
        return text == null ? null : text.replace('\'', '"');
    }

    @Test
    void names_of_teams_and_keys_stand_in_quotes_in_chinese() {
        Language chinese = Languages.read("zh-Hans").language("zh-Hans");
        List<String> said = chinese.bound(() -> Stream.of(
                        "budget.set team_1", "key.create key_1", "member.remove mem_2")
                .map(row -> row.split(" "))
                .map(row -> WORDS.of(new AccountLog.Line(1, Instant.EPOCH, "per_1", null, row[0], row[1], null, null)))
                .toList());
        assertThat(said).containsExactly("Mia 设置了团队“Research”的预算。", "Mia 创建了密钥“ci tests”。", "Mia 移除了 Tom。");
    }
}
