# stats.R - makes tests/oracles/stats.json: values of the estimators as R computes them.
# Run from the repository root: Rscript tests/oracles/stats.R. Only the tests' author needs R.
set.seed(20240601)
num <- function(x) paste0("[", paste(formatC(x, digits = 17, format = "g", width = 1), collapse = ", "), "]")
one <- function(x) formatC(x, digits = 17, format = "g", width = 1)
rows <- list()
add <- function(kind, ...) {
  f <- list(...)
  rows[[length(rows) + 1]] <<- paste0('{"kind": "', kind, '", ',
    paste0('"', names(f), '": ', unlist(f), collapse = ", "), "}")
}

for (n in c(1, 2, 3, 7, 10, 25)) {
  x <- round(rlnorm(n, 3, 0.7), 3)
  for (p in c(0, 0.05, 0.25, 0.5, 0.9, 0.95, 1))
    add("quantile", x = num(x), p = one(p), value = one(quantile(x, p, type = 7, names = FALSE)))
}

# The interval [x(c), x(n+1-c)] with the largest c of at least 95 %; 0 = none.
for (n in c(1:60, 100, 999, 1000, 5000, 100000)) {
  c <- qbinom(0.025, n, 0.5)
  if (pbinom(c, n, 0.5) <= 0.025) c <- c + 1
  add("rank", n = one(n), c = one(c), coverage = one(if (c > 0) 1 - 2 * pbinom(c - 1, n, 0.5) else 0))
}

for (n in c(1, 5, 6, 9, 20, 51)) for (shift in c(0, 0.4, 3)) {
  d <- round(rnorm(n, shift), 2)
  if (n > 5) d[3] <- 0
  m <- sum(d != 0)
  p <- if (m) binom.test(sum(d > 0), m)$p.value else 1
  add("sign", x = num(d), p = one(p))
}

for (s in list(c(1, 1), c(2, 3), c(4, 4), c(6, 9), c(10, 10), c(20, 20), c(30, 17), c(50, 50), c(3, 800)))
  for (shift in c(0, 0.8)) {
    x <- rnorm(s[1]); y <- rnorm(s[2], shift)
    w <- suppressWarnings(wilcox.test(y, x, exact = TRUE, conf.int = TRUE))
    c <- qwilcox(0.025, s[1], s[2])
    lo <- if (c > 0) w$conf.int[1] else NA; hi <- if (c > 0) w$conf.int[2] else NA
    add("wilcox", x = num(x), y = num(y), p = one(w$p.value), shift = one(median(outer(y, x, "-"))),
      lo = if (is.na(lo)) "null" else one(lo), hi = if (is.na(hi)) "null" else one(hi),
      coverage = one(if (c > 0) 1 - 2 * pwilcox(c - 1, s[1], s[2]) else 0))
  }

for (s in list(c(5, 5), c(12, 20), c(60, 70))) for (shift in c(0, 1)) {
  x <- round(rnorm(s[1], 3)); y <- round(rnorm(s[2], 3 + shift))
  w <- suppressWarnings(wilcox.test(y, x, exact = FALSE))
  add("ties", x = num(x), y = num(y), p = one(w$p.value), shift = one(median(outer(y, x, "-"))))
}
x <- rnorm(60); y <- rnorm(70, 0.3)
add("ties", x = num(x), y = num(y), p = one(wilcox.test(y, x, exact = FALSE)$p.value),
  shift = one(median(outer(y, x, "-"))))

for (k in 1:6) {
  x <- rep(c(1, 2, 4, 8)[1:(if (k == 1) 2 else 4)], each = k)
  if (k == 1) x <- c(1, 2, 4)
  y <- 3e7 + 1.7e8 * x + rnorm(length(x), 0, 2e6 * k)
  l <- lm(y ~ x); ci <- confint(l)
  add("line", x = num(x), y = num(y), intercept = one(coef(l)[1]), slope = one(coef(l)[2]),
    intercept_interval = num(ci[1, ]), slope_interval = num(ci[2, ]))
}

for (df in c(1:12, 30, 99, 100, 399, 400, 401, 1000, 1e6)) for (conf in c(0.5, 0.9, 0.95, 0.99, 0.999))
  add("student", df = one(df), confidence = one(conf), value = one(qt((1 + conf) / 2, df)))
for (conf in c(0.01, 0.5, 0.95, 0.999, 0.999999))
  add("normal", confidence = one(conf), value = one(qnorm((1 + conf) / 2)))

for (k in 1:12) {
  p <- round(runif(1 + k %% 5, 0, 0.06), 3)
  add("holm", p = num(p), reject = num(as.integer(p.adjust(p, "holm") <= 0.05)))
}
p <- c(0.01, 0.02, 0.0125, 0.5, 0.0499)
add("holm", p = num(p), reject = num(as.integer(p.adjust(p, "holm") <= 0.05)))

cat("[\n", paste(rows, collapse = ",\n"), "\n]\n", sep = "", file = "tests/oracles/stats.json")
