package dev.tollgate.portal;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import dev.tollgate.browser.Scheme;
import dev.tollgate.browser.Visit;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Writes the pictures of docs/pictures, which the README shows: {@code main} once more after the pages have changed. No test. */
final class Pictures {

    private static final int WIDTH = 1280;
    private static final Path FOLDER = Path.of("docs", "pictures");
    private static final String OPERATOR = "the operator of the pictures";

    private Pictures() {}

    public static void main(String[] arguments) {
        try (Gateway gateway =
                Gateway.start(Map.of("TOLLGATE_OPERATOR_PASSWORD", OPERATOR), "sign-up.credits", "5000")) {
            gateway.setNow(BusyAccount.NOW.minus(Duration.ofDays(29)));
            BusyAccount busy = BusyAccount.in(gateway, "prod-web");
            busy.live();
            Browser operator = new Browser(gateway.url());
            operator.signIn("operator", OPERATOR);
            gateway.script("[]");
            for (Scheme scheme : Scheme.values()) {
                try (Visit visit = visit(gateway, scheme, busy.browser)) {
                    shoot(visit, "/dashboard", "overview", scheme);
                    shoot(visit, "/dashboard/requests/" + busy.lastCall() + "?verify=1", "request", scheme);
                    talk(visit, scheme);
                }
                try (Visit visit = visit(gateway, scheme, operator)) {
                    shoot(visit, "/console", "console", scheme);
                }
            }
        }
        System.exit(0); // Playwright has threads that stay
    }

    private static Visit visit(Gateway gateway, Scheme scheme, Browser browser) {
        Visit visit = Visit.at(gateway.url(), WIDTH, scheme);
        for (String cookie : browser.cookies().split("; ")) {
            String[] parts = cookie.split("=", 2);
            visit.page().context().addCookies(List.of(new Cookie(parts[0], parts[1]).setUrl(gateway.url())));
        }
        return visit;
    }

    private static void shoot(Visit visit, String path, String name, Scheme scheme) {
        visit.open(path);
        visit.weight();
        write(visit, name, scheme);
    }

    private static void talk(Visit visit, Scheme scheme) {
        visit.open("/playground?model=gemini-2.5-pro");
        Page page = visit.page();
        page.fill("#message", "Write 60 words about toll bridges");
        page.press("#message", "Control+Enter");
        page.waitForSelector(".turn.assistant b:has-text('credits')");
        visit.weight();
        write(visit, "playground", scheme);
    }

    private static void write(Visit visit, String name, Scheme scheme) {
        visit.page().screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(name + "-" + scheme + ".png")));
    }
}
