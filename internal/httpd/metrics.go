package httpd

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/thads/thads/internal/request"
)

// metrics are what a server tells Prometheus, in a registry of its own: two
// servers in one process tell two stories. Labels take known values only, so
// that no client can make series.
type metrics struct {
	handler    http.Handler
	inFlight   prometheus.Gauge
	panics     prometheus.Counter
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	operations *prometheus.CounterVec
	operating  *prometheus.HistogramVec
	// known are the series of each outcome that there has been.
	known sync.Map
}

// buckets are the bounds of durations in seconds: what people notice lies
// between 10 ms and 1 s.
func buckets() []float64 {
	return []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
}

func newMetrics(b Backend, version string, log *slog.Logger) (*metrics, error) {
	m := &metrics{
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "thads_http_requests_in_flight", Help: "Requests being answered.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "thads_http_panics_total", Help: "Requests that ended in a panic.",
		}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "thads_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "thads_http_request_duration_seconds", Help: "Time to answer, by route and class of status.", Buckets: buckets(),
		}, []string{"route", "status"}),
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "thads_graphql_operations_total", Help: "GraphQL operations, by kind (none: refused before it was known) and outcome.",
		}, []string{"kind", "outcome"}),
		operating: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "thads_graphql_operation_duration_seconds", Help: "Time to answer a GraphQL operation, by kind.", Buckets: buckets(),
		}, []string{"kind"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "thads_build_info", Help: "What is running; always 1.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		m.inFlight, m.panics, m.requests, m.durations, m.operations, m.operating, build,
		newStoreCollector(b, log), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("httpd: metrics: %w", err)
		}
	}
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelError), MaxRequestsInFlight: 4,
	})
	return m, nil
}

// observe counts an answered request.
func (m *metrics) observe(route string, status int, op request.Operation, took time.Duration) {
	o := outcome{route: route, status: status, kind: op.Kind, failed: op.Code != "" || status >= http.StatusBadRequest}
	series, ok := m.known.Load(o)
	if !ok {
		series, _ = m.known.LoadOrStore(o, m.seriesOf(o))
	}
	series.(*observed).add(took) //nolint:forcetypeassert // there is nothing else
}

// An outcome is what decides which series an answer belongs to. There are not
// many: each part is one of a few known values.
type outcome struct {
	route  string
	status int
	kind   string
	failed bool
}

// observed are the series that an outcome belongs to.
type observed struct {
	requests, operations prometheus.Counter
	times                []prometheus.Observer
}

func (o *observed) add(took time.Duration) {
	o.requests.Inc()
	if o.operations != nil {
		o.operations.Inc()
	}
	for _, t := range o.times {
		t.Observe(took.Seconds())
	}
}

func (m *metrics) seriesOf(o outcome) *observed {
	out := &observed{requests: m.requests.WithLabelValues(o.route, strconv.Itoa(o.status))}
	if o.kind != "subscription" {
		// What lasts until its listener goes tells nothing of how fast answers are.
		out.times = append(out.times, m.durations.WithLabelValues(o.route, statusClass(o.status)))
	}
	if o.route != "/graphql" {
		return out
	}
	kind := o.kind
	switch kind {
	case "query", "mutation", "subscription":
	default:
		kind = "none"
	}
	how := "ok"
	if o.failed {
		how = "error"
	}
	out.operations = m.operations.WithLabelValues(kind, how)
	out.times = append(out.times, m.operating.WithLabelValues(kind))
	return out
}

// storeCollector asks the store when Prometheus asks.
type storeCollector struct {
	backend         Backend
	log             *slog.Logger
	up, info, bytes *prometheus.Desc
}

func newStoreCollector(b Backend, log *slog.Logger) *storeCollector {
	return &storeCollector{
		backend: b, log: log,
		up:    prometheus.NewDesc("thads_store_up", "Whether the store answers.", nil, nil),
		info:  prometheus.NewDesc("thads_store_info", "The engine of the store; always 1.", []string{"engine", "version", "schema"}, nil),
		bytes: prometheus.NewDesc("thads_store_bytes", "Size on disk in bytes, where the engine tells.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *storeCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.up
	ch <- c.info
	ch <- c.bytes
}

// Collect implements prometheus.Collector.
func (c *storeCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	info, err := c.backend.StoreInfo(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "the store does not tell about itself", "error", err)
		ch <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, 0)
		return
	}
	ch <- prometheus.MustNewConstMetric(c.up, prometheus.GaugeValue, 1)
	ch <- prometheus.MustNewConstMetric(c.info, prometheus.GaugeValue, 1, info.Engine, info.EngineVersion, strconv.Itoa(info.SchemaVersion))
	if info.Bytes > 0 {
		ch <- prometheus.MustNewConstMetric(c.bytes, prometheus.GaugeValue, float64(info.Bytes))
	}
}
