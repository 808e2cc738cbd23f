package dev.tollgate.pages.docs;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.words.Language;
import dev.tollgate.base.words.Languages;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Questions of readers in their words. */
class ManualSearchTest {

    private static final Language CHINESE_LANGUAGE = Languages.read("zh-Hans").language("zh-Hans");

    private static final String DEVELOPERS = """
            how much does a call cost: billing
            cheaper: billing
            how are thoughts charged: billing
            delete my data: data
            export my data: data
            how long is my data stored: data
            webhook signature: organizations
            429: errors-and-retries
            402: errors-and-retries
            what does a 401 mean: errors-and-retries
            when should I try again: errors-and-retries
            invoice: billing
            refund: billing
            receipts: billing
            statement of a month: billing
            timeout: limits
            rate limits: limits
            how large can a request be: limits
            create an API key: reference/keys
            rotate a key: reference/keys
            management key: keys
            use Claude Code: clients
            Codex: clients
            images: images
            can I send a PDF: chat-completions
            function calling: chat-completions
            structured output: chat-completions
            JSON schema: chat-completions
            streaming: chat-completions
            idempotency: chat-completions
            embeddings: embeddings
            vectors: embeddings
            estimate the price of a call: estimate
            invite a colleague: organizations
            budget of a team: organizations
            role of an admin: organizations
            usage by day: usage
            python: quickstart
            price of a model: models""";

    private static final String OPERATORS = """
            backup: trouble
            PostgreSQL: upgrade
            upgrade to a new version: upgrade
            prometheus: monitoring
            add a channel: channels
            close a month: months
            a monthly plan paid by bank transfer: reselling
            set a price: reference/prices-and-money
            systemd: install
            the admin key: first-hour
            how fast is it: performance""";

    /** Words of Chinese developers, and the pages of which one is among the first three answers. */
    private static final String CHINESE = """
            流式: chat-completions images errors-and-retries
            流式输出: chat-completions
            超时: limits
            接口: chat-completions reference api
            报错: errors-and-retries
            错误码: errors-and-retries
            限流: limits errors-and-retries
            限速: limits
            配额: limits
            重试: errors-and-retries
            鉴权: keys reference/keys first-steps
            密钥轮换: keys reference/keys
            多轮对话: chat-completions responses
            函数调用: reference/chat
            工具调用: reference/chat
            结构化输出: chat-completions
            向量: embeddings
            嵌入: embeddings
            图片生成: images
            语音: audio
            文件上传: gemini
            上下文: models chat-completions limits
            缓存: billing
            幂等: chat-completions errors-and-retries
            子账号: organizations
            成员: organizations
            权限: organizations
            邀请: organizations
            预算: organizations
            回调: organizations
            签名: organizations billing receipts
            发票: billing
            开票: billing
            税号: billing
            增值税: billing
            报销: billing
            抬头: billing
            退款: billing
            充值: billing
            计费: billing
            费率: billing models
            优惠: billing
            折扣: billing
            资源包: billing
            额度包: billing
            赠送: billing
            对账: billing
            收据: billing
            余额不足: errors-and-retries billing
            欠费: billing errors-and-retries
            注销账户: data
            数据导出: data
            隐私: data""";

    /** Words of Chinese operators, and pages as in {@link #CHINESE}. */
    private static final String CHINESE_OPERATORS = """
            月结: months
            关账: months
            结账: months
            对账: months
            备份: trouble
            恢复: trouble
            部署: install
            安装: install
            容器: install
            升级: upgrade
            监控: monitoring
            告警: monitoring
            日志: monitoring configuration
            反向代理: install security configuration
            数据库: upgrade install configuration
            渠道: channels
            故障转移: channels
            套餐: reselling
            分组: reference/prices-and-money reselling
            单点登录: configuration security first-hour
            毛利: reference/prices-and-money reselling months
            性能: performance""";

    private static List<String> misses(String questions, Book book) {
        List<String> misses = new ArrayList<>();
        questions.lines().map(line -> line.split(": ")).forEach(line -> {
            List<Finder.Place> found = find(line[0], book);
            String first = found.isEmpty() ? "nothing" : found.getFirst().href();
            String page = line[1].equals("quickstart") ? Manual.ROOT : Manual.ROOT + "/" + line[1];
            if (!first.replaceFirst("#.*", "").equals(page)) {
                misses.add(line[0] + ": " + line[1] + ", but found "
                        + found.stream().limit(4).map(Finder.Place::href).toList());
            }
        });
        return misses;
    }

    private static List<String> chineseMisses(String words, Book book) {
        List<String> misses = new ArrayList<>();
        words.lines().map(line -> line.split(": ")).forEach(line -> {
            List<String> found = find(line[0], book, CHINESE_LANGUAGE).stream()
                    .limit(3)
                    .map(place -> place.href().replaceFirst("#.*", "").replaceFirst("^/docs/", ""))
                    .toList();
            if (Stream.of(line[1].split(" ")).noneMatch(found::contains)) {
                misses.add(line[0] + ": " + line[1] + ", but found " + found);
            }
        });
        return misses;
    }

    private static List<Finder.Place> find(String question, Book book) {
        return find(question, book, Language.ENGLISH);
    }

    private static List<Finder.Place> find(String question, Book book, Language language) {
        return Manual.ofThisProgram().find(question, book, language).stream()
                .map(Manual.Found::place)
                .toList();
    }

    @Test
    void each_question_finds_its_page_first() {
        assertThat(Stream.of(DEVELOPERS, OPERATORS).flatMap(String::lines)).hasSizeGreaterThan(40);
        assertThat(misses(DEVELOPERS, Book.DEVELOPERS)).isEmpty();
        assertThat(misses(OPERATORS, Book.OPERATORS)).isEmpty();
    }

    @Test
    void chinese_words_find_their_pages() {
        assertThat(Stream.of(chineseMisses(CHINESE, Book.DEVELOPERS), chineseMisses(CHINESE_OPERATORS, Book.OPERATORS))
                        .flatMap(List::stream))
                .isEmpty();
    }

    @Test
    void the_shown_book_ranks_first() {
        String question = "timeouts";
        assertThat(find(question, Book.OPERATORS).getFirst().href()).startsWith("/docs/configuration");
        assertThat(find(question, Book.DEVELOPERS).getFirst().href()).doesNotStartWith("/docs/configuration");
    }

    @Test
    void an_answer_shows_where_the_words_are() {
        assertThat(find("invoice", Book.DEVELOPERS).stream().limit(3).map(Finder.Place::text))
                .allSatisfy(text -> assertThat(text.toLowerCase(Locale.ROOT))
                        .contains("invoice")
                        .hasSizeLessThan(170)
                        .doesNotContain(" ,", "  "));
    }
}
