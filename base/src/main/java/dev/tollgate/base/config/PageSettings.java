package dev.tollgate.base.config;

import static dev.tollgate.base.words.Sentence.sentence;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Settings of what people see: the name of the service, sign-up and sign-in, mails, payments and invoices. */
public final class PageSettings {

    private static final List<Setting<?>> ROWS = new ArrayList<>();

    public static final Setting<URI> PUBLIC_URL = row(Setting.of(
            "public.url",
            Kind.site(),
            "",
            sentence(
                    "The address people use to reach this server, like https://ai.example.org. It appears in e-mails and code"
                            + " samples, and pages are served under this name only. Without it pages work on this machine's own addresses"
                            + " and no e-mail is sent.")));
    public static final Setting<String> BRAND = row(Setting.of(
            "brand.name",
            Kind.text(sentence("1 to 40 printable characters"), "[^\\p{Cntrl}]{1,40}"),
            "Tollgate",
            sentence("The name of this service on its pages.")));
    private static final String PAGE = "https?://[!-~]{1,500}";
    public static final Setting<String> TERMS = row(Setting.of(
                    "brand.terms",
                    Kind.text(sentence("an http or https URL"), PAGE),
                    "",
                    sentence("The URL of your terms. Every page links to it in its footer."))
            .whileRunning());
    public static final Setting<String> PRIVACY = row(Setting.of(
                    "brand.privacy",
                    Kind.text(sentence("an http or https URL"), PAGE),
                    "",
                    sentence("The URL of your privacy notice. Every page links to it in its footer."))
            .whileRunning());
    public static final Setting<String> IMPRINT = row(Setting.of(
                    "brand.imprint",
                    Kind.text(sentence("an http or https URL"), PAGE),
                    "",
                    sentence("The URL of your imprint. Every page links to it in its footer."))
            .whileRunning());
    public static final Setting<String> SUPPORT = row(Setting.of(
                    "brand.support",
                    Kind.text(sentence("an http, https or mailto URL"), PAGE + "|mailto:[!-~]{3,250}"),
                    "",
                    sentence(
                            "The address of your support, like mailto:help@example.org. Every page links to it in its footer."))
            .whileRunning());
    public static final Setting<String> ANNOUNCEMENT = row(Setting.of(
                    "brand.announcement",
                    Kind.text(sentence("1 to 300 printable characters"), "[^\\p{Cntrl}]{1,300}"),
                    "",
                    sentence("A sentence at the top of every page."))
            .whileRunning());
    public static final Setting<String> MONEY = row(Setting.of(
                    "pages.money",
                    Kind.word("dollars", "credits"),
                    "dollars",
                    sentence(
                            "The unit in which pages show amounts first. A credit is $0.005. Choose credits if you sell them at another"
                                    + " price. Each person can switch."))
            .whileRunning());
    public static final Setting<List<String>> LANGUAGES = row(Setting.of(
            "pages.languages",
            Kind.list(sentence("a language of this version, like en or zh-Hans"), "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
            "",
            sentence(
                    "The languages that people can choose for pages, e-mails and documents, in addition to English. Default: all"
                            + " languages of this version.")));
    public static final Setting<String> LANGUAGE = row(Setting.of(
            "pages.language",
            Kind.text(sentence("one of pages.languages, or en"), "[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
            "en",
            sentence(
                    "The language of people who have chosen none and whose browser asks for none of pages.languages, and of e-mails"
                            + " to addresses without an account.")));
    public static final Setting<Boolean> STATUS = row(Setting.of(
                    "pages.status",
                    Kind.flag(),
                    "true",
                    sentence(
                            "Whether anybody can read the page /status: which models answer now, 90 days of each, and your announcements."))
            .whileRunning());
    public static final Setting<String> SIGN_UP = row(Setting.of(
                    "sign-up.open",
                    Kind.word("auto", "true", "false"),
                    "auto",
                    sentence(
                            "Whether visitors can create an account. auto: only while nothing but the sandbox answers. With mail, a link"
                                    + " sent to the address creates the account. Without mail, the page reveals whether an address has an account."))
            .whileRunning());
    public static final Setting<Long> SIGN_UP_CREDITS = row(Setting.of(
                    "sign-up.credits",
                    Kind.credits(1_000_000_000_000_000L),
                    "50",
                    sentence(
                            "Credits that a new account starts with. With a real channel they go only to addresses confirmed by e-mail;"
                                    + " without mail, to no account."))
            .whileRunning());
    public static final Setting<Integer> SIGN_UP_CREDIT_DAYS = row(Setting.of(
                    "sign-up.credit-days",
                    Kind.wholeNumber(0, 3_650),
                    "0",
                    sentence("Days after which the credits of a new account expire. 0: never."))
            .whileRunning());
    public static final Setting<Integer> MEMBERS = row(Setting.of(
                    "limits.members",
                    Kind.wholeNumber(1, 200),
                    "200",
                    sentence(
                            "Members and open invitations of an organization. 1: no one is invited, and accounts are not shared."))
            .whileRunning());
    public static final Setting<Secret> OPERATOR_PASSWORD = row(Setting.secret(
            "operator.password",
            sentence("10 to 128 characters"),
            "[^\\p{Cntrl}]{10,128}",
            sentence(
                    "The password of the first operator, for the pages. It has no effect once there is an operator. Without it"
                            + " the first start creates one and shows it once: on a terminal, or else in the data folder's file"
                            + " first-start.")));

    public static final Setting<String> MAIL_HOST = row(
            Setting.of(
                    "mail.host",
                    Kind.text(sentence("an address or a host's name"), "[A-Za-z0-9.:_-]{1,255}"),
                    "",
                    sentence(
                            "The SMTP server for this server's e-mails. Without it, or without public.url, no e-mail is sent.")));
    public static final Setting<Integer> MAIL_PORT =
            row(Setting.of("mail.port", Kind.wholeNumber(1, 65_535), "587", sentence("The port of mail.host.")));
    public static final Setting<String> MAIL_TLS = row(Setting.of(
            "mail.tls",
            Kind.word("auto", "starttls", "implicit", "none"),
            "auto",
            sentence(
                    "The TLS mode for mail.host. auto: implicit on port 465, none on this machine, otherwise starttls. If the"
                            + " required encryption is unavailable, no e-mail is sent.")));
    public static final Setting<String> MAIL_USER = row(Setting.of(
            "mail.user",
            Kind.text(sentence("1 to 256 printable characters"), "[^\\p{Cntrl}]{1,256}"),
            "",
            sentence("The user name at mail.host, together with mail.password.")));
    public static final Setting<Secret> MAIL_PASSWORD = row(Setting.secret(
            "mail.password",
            sentence("1 to 512 printable characters"),
            "[^\\p{Cntrl}]{1,512}",
            sentence("The password of mail.user.")));
    public static final Setting<String> MAIL_FROM = row(Setting.of(
            "mail.from",
            Kind.text(
                    sentence("an e-mail address in ASCII, like tollgate@example.org"),
                    "[!#-'*+\\-./0-9=?A-Z^-~]{1,64}@[A-Za-z0-9.-]{1,189}"),
            "",
            sentence("The sender's address of e-mails. Required with mail.host.")));
    public static final Setting<URI> OIDC_ISSUER = row(Setting.of(
            "oidc.issuer",
            Kind.issuer(),
            "",
            sentence(
                    "The OpenID Connect provider for sign-in. It sends browsers back to /sign-in/oidc under public.url and has"
                            + " no effect without public.url.")));
    public static final Setting<String> OIDC_CLIENT_ID = row(Setting.of(
            "oidc.client-id",
            Kind.text(sentence("1 to 256 printable characters without a space"), "[!-~]{1,256}"),
            "",
            sentence("The client ID of this server at oidc.issuer. Required with it.")));
    public static final Setting<Secret> OIDC_CLIENT_SECRET = row(Setting.secret(
            "oidc.client-secret",
            sentence("1 to 512 printable characters without a space"),
            "[!-~]{1,512}",
            sentence("The client secret of this server at oidc.issuer. Required with it.")));
    public static final Setting<String> OIDC_NAME = row(Setting.of(
            "oidc.name",
            Kind.text(sentence("1 to 40 printable characters"), "[^\\p{Cntrl}]{1,40}"),
            "",
            sentence("The name of oidc.issuer on the sign-in button. Default: the issuer's host.")));
    public static final Setting<Secret> STRIPE_KEY = row(Setting.secret(
            "stripe.secret-key",
            sentence("sk_test_, sk_live_, rk_test_ or rk_live_ and 8 to 250 letters, digits or underscores"),
            "(sk|rk)_(test|live)_[A-Za-z0-9_]{8,250}",
            sentence(
                    "The secret key of your Stripe account. With it customers pay by Stripe Checkout. Its prefix says whether"
                            + " money moves: test or live.")));
    public static final Setting<Secret> STRIPE_WEBHOOK_SECRET = row(Setting.secret(
            "stripe.webhook-secret",
            sentence("1 to 4 secrets of 8 to 250 printable characters without a space, with commas between them"),
            "[!-+\\--~]{8,250}(,[!-+\\--~]{8,250}){0,3}",
            sentence(
                    "The secret that Stripe signs its events to /webhooks/stripe with. Required with stripe.secret-key. Several"
                            + " are allowed while you replace one.")));
    public static final Setting<URI> STRIPE_URL = row(Setting.of(
            "stripe.url", Kind.baseUrl(), "https://api.stripe.com", sentence("The address of Stripe's API.")));
    public static final Setting<Boolean> STRIPE_TAX = row(Setting.of(
            "stripe.tax",
            Kind.flag(),
            "false",
            sentence("Whether Stripe Tax calculates tax and adds it to the price.")));
    public static final Setting<Boolean> STRIPE_TEST_KEY = row(
            Setting.of(
                    "stripe.allow-test-key",
                    Kind.flag(),
                    "false",
                    sentence(
                            "Whether a Stripe test key is accepted with a real upstream. Customers then get credits for real calls without paying.")));
    public static final Setting<String> SELLER_NAME = row(Setting.of(
                    "seller.name",
                    Kind.text(sentence("at most 120 printable characters"), "[^\\p{Cntrl}]{1,120}"),
                    "",
                    sentence(
                            "The seller on future invoices. Without it they are called payment receipts. Each name has its own sequence"
                                    + " of numbers."))
            .whileRunning());
    public static final Setting<String> SELLER_ADDRESS = row(Setting.of(
                    "seller.address",
                    Kind.text(sentence("at most 500 printable characters"), "[^\\p{Cntrl}]{1,500}"),
                    "",
                    sentence("The seller's address on invoices. A semicolon ends a line."))
            .whileRunning());
    public static final Setting<String> SELLER_VAT_ID = row(Setting.of(
                    "seller.vat-id",
                    Kind.text(sentence("at most 40 letters, digits, spaces and . / -"), "[A-Za-z0-9 ./-]{1,40}"),
                    "",
                    sentence("The seller's VAT ID on invoices."))
            .whileRunning());

    private PageSettings() {}

    private static <T> Setting<T> row(Setting<T> setting) {
        ROWS.add(setting);
        return setting;
    }

    /** Returns these settings in their order. */
    static List<Setting<?>> rows() {
        return ROWS;
    }
}
