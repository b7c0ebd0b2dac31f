/* The participants' side of the protocol: a line with a number of turns comes in, a line with nanoseconds of processor time,
   nanoseconds by the clock and a checksum goes out. For "latency N" it is the nanoseconds of each of N turns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long spent[2], begun[2];

/* The clock of another process that does a part of the job; its time counts as this one's. */
static clockid_t partner;
static int has_partner;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static long long now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) < 0) fail("clock_gettime");
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long processor(void) {
  return now(CLOCK_PROCESS_CPUTIME_ID) + (has_partner ? now(partner) : 0);
}

/* What stands between stop_watch and start_watch is not measured. */
static void start_watch(void) {
  begun[0] = processor();
  begun[1] = now(CLOCK_MONOTONIC);
}

static void stop_watch(void) {
  spent[1] += now(CLOCK_MONOTONIC) - begun[1];
  spent[0] += processor() - begun[0];
}

static void answer_latency(long (*job)(long), long count) {
  long long *times = malloc(count * sizeof *times);
  for (long i = 0; i < count; i++) {
    long long from = now(CLOCK_MONOTONIC);
    job(1);
    times[i] = now(CLOCK_MONOTONIC) - from;
  }
  for (long i = 0; i < count; i++) printf(i == 0 ? "%lld" : " %lld", times[i]);
  printf("\n");
  free(times);
}

/* Answers every request until the input ends. The job is done so many times, and answers a checksum. */
static void serve(long (*job)(long)) {
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strncmp(line, "latency ", 8) == 0) answer_latency(job, atol(line + 8));
    else {
      spent[0] = spent[1] = 0;
      start_watch();
      long sum = job(atol(line));
      stop_watch();
      printf("%lld %lld %ld\n", spent[0], spent[1], sum);
    }
    fflush(stdout);
  }
}
